package prepared

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/newfolder"
)

// Write reads a log once, turns it into ids, and writes it to a new folder, which Open opens. The folder
// appears when it is complete: until then everything is in a hidden folder beside it, which is removed
// on an error and at the end of the context. A folder that is not empty is an fs.ErrExist.
//
// Memory holds the values of all vocabularies, about 25 bytes and the text for each, and some
// 100 MB besides, however many rows there are. While it works, the hidden folder also has a file of
// 4 bytes for each id, 8 for each number and 9 for each row.
func Write(ctx context.Context, dir string, in encode.Input) (*Manifest, error) {
	var m *Manifest
	err := newfolder.Write(dir, func(work string) (err error) {
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
	sources := hashInBackground(in.Files.All())
	e, err := encode.Encode(ctx, in, spool)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Format: manifestFormat, Version: Version(), Data: in.Data, Options: in.Options.Choices, Skipped: e.Skipped}
	if m.Parts, err = writeParts(ctx, dir, e); err != nil {
		return nil, err
	}
	if err := writeVocabularies(filepath.Join(dir, vocabularyFile), e.Encoding()); err != nil {
		return nil, err
	}
	hashed := <-sources
	m.Sources, m.Fields = hashed.files, e.Facts()
	if hashed.err != nil {
		return nil, hashed.err
	}
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
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("datasets: manifest: %w", err)
	}
	for name, text := range map[string][]byte{schemaFile: schema, manifestFile: append(text, '\n')} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return fmt.Errorf("datasets: %w", err)
		}
	}
	return nil
}

// writeParts writes the file of each part that has rows.
func writeParts(ctx context.Context, dir string, e *encode.Encoded) (list []PartFile, err error) {
	var sinks [datasets.Parts]encode.Sink
	var files [datasets.Parts]*sink
	defer func() {
		for _, f := range files {
			if f != nil {
				f.file.Close() // closed already, unless there was an error
			}
		}
	}()
	for p, rows := range e.Rows {
		if rows == 0 {
			continue
		}
		if files[p], err = newSink(filepath.Join(dir, datasets.Part(p).String()+".parquet"), e.Fields()); err != nil {
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
		written, err := sourceFile(f.file.Name())
		if err != nil {
			return nil, fmt.Errorf("datasets: %w", err)
		}
		part := datasets.Part(p)
		list = append(list, PartFile{
			Name: part.String(), File: written.Name, Rows: e.Rows[p], Positives: e.Positives(part), SHA256: written.SHA256,
		})
	}
	return list, nil
}

// hashes are the sources with their hashes.
type hashes struct {
	files []SourceFile
	err   error
}

// hashInBackground hashes files while they are read for their content.
func hashInBackground(paths []string) <-chan hashes {
	done := make(chan hashes, 1)
	go func() {
		files, err := sourceFiles(paths)
		done <- hashes{files, err}
	}()
	return done
}
