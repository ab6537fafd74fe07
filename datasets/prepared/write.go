package prepared

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Write reads a log once, turns it into ids, and writes it to a new folder, which Open opens. The folder
// appears when it is complete: until then everything is in a hidden folder beside it, which is removed
// on an error and at the end of the context. A folder that is not empty is an fs.ErrExist.
//
// Memory holds the values of all vocabularies, about 35 bytes and the text for each, and some
// 100 MB besides, however many rows there are. While it works, the hidden folder also has a file of
// 4 bytes for each id, 8 for each number and 9 for each row, and 4 for its weight.
func Write(ctx context.Context, dir string, in encode.Input) (*Manifest, error) {
	var m *Manifest
	err := safefile.Folder(dir, func(work string) (err error) {
		m, err = writeFolder(ctx, work, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// writeFolder writes all files of the folder.
func writeFolder(ctx context.Context, dir string, in encode.Input) (*Manifest, error) {
	spool, err := encode.NewFileSpool(filepath.Join(dir, "spool"))
	if err != nil {
		return nil, err
	}
	defer spool.Remove()
	in.Options.KeepSources = true
	e, err := encode.Encode(ctx, in, spool)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Format: manifestFormat, Version: Version(), Data: in.Data, Options: in.Options.Choices, Skipped: e.Skipped}
	if m.Parts, err = writeParts(ctx, dir, e); err != nil {
		return nil, err
	}
	m.Others = map[string]Sum{}
	m.Others[vocabularyFile], err = writeSummed(filepath.Join(dir, vocabularyFile), func(w io.Writer) error {
		return WriteVocabularies(w, e.Encoding())
	})
	if err != nil {
		return nil, err
	}
	m.Sources, m.Fields = e.Sources, e.Facts()
	if err := spool.Remove(); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return m, describe(dir, e, m)
}

// describe writes the schema and the manifest.
func describe(dir string, e *encode.Encoded, m *Manifest) error {
	schema, err := e.Encoding().Schema.YAML()
	if err != nil {
		return err
	}
	if m.Others[schemaFile], err = writeSummed(filepath.Join(dir, schemaFile), func(w io.Writer) error {
		_, err := w.Write(schema)
		return err
	}); err != nil {
		return err
	}
	_, err = writeSummed(filepath.Join(dir, manifestFile), func(w io.Writer) error {
		lines := json.NewEncoder(w)
		lines.SetIndent("", "  ")
		return lines.Encode(m)
	})
	return err
}

// writeSummed writes a new file.
func writeSummed(path string, write func(io.Writer) error) (Sum, error) {
	f, err := os.Create(path)
	if err != nil {
		return Sum{}, fmt.Errorf("datasets: %w", err)
	}
	sum := newSumWriter()
	if err := errors.Join(write(io.MultiWriter(f, sum)), f.Close()); err != nil {
		return Sum{}, fmt.Errorf("datasets: %s: %w", path, err)
	}
	return sum.sum(), nil
}

// writeParts writes the file of each part that has rows.
func writeParts(ctx context.Context, dir string, e *encode.Encoded) (list []PartFile, err error) {
	var sinks [datasets.Parts]encode.Sink
	var files [datasets.Parts]*sink
	defer func() {
		for _, f := range files {
			if f != nil {
				f.discard()
			}
		}
	}()
	l := layout{e.Fields(), e.Encoding().Schema.Weight != ""}
	for p, rows := range e.Rows {
		if rows == 0 {
			continue
		}
		if files[p], err = newSink(filepath.Join(dir, partFile(datasets.Part(p))), l); err != nil {
			return nil, err
		}
		sinks[p] = files[p]
	}
	if err := e.Pour(ctx, sinks); err != nil {
		return nil, err
	}
	for p, f := range files {
		if f == nil {
			continue
		}
		if err := f.close(); err != nil {
			return nil, err
		}
		part := datasets.Part(p)
		list = append(list, PartFile{part.String(), partFile(part), e.Rows[p], e.Positives(part), e.Weight(part), f.sum.sum()})
	}
	return list, nil
}
