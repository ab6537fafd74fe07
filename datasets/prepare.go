package datasets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

// Prepare reads the log once, turns it into ids, and writes it to a new folder as Parquet, which
// OpenPrepared opens: a file for each part, vocabulary.parquet (field, id, value, count), the
// schema, and the manifest. The folder appears when it is complete: until then all stands in a
// hidden folder beside it, which is removed on an error and at the end of the context.
//
// Memory holds the values of all vocabularies, about 25 bytes and the text for each, and some
// 100 MB besides, however many rows there are. A file of 4 bytes for each id, 8 for each number
// and 9 for each row stands in the hidden folder while it works.
func (in Input) Prepare(ctx context.Context, dir string) (*Manifest, error) {
	if err := isFree(dir); err != nil {
		return nil, err
	}
	parent, name := filepath.Split(filepath.Clean(dir))
	work, err := os.MkdirTemp(filepath.Clean(parent+"."), "."+name+"-*")
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	defer os.RemoveAll(work) // what is left of it: nothing, once it is renamed
	m, err := in.prepare(ctx, work)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(work, 0o755); err != nil { // temporary folders are for their owner only
		return nil, fmt.Errorf("datasets: %w", err)
	}
	if err := os.Rename(work, dir); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return m, nil
}

// isFree makes sure that nothing is overwritten.
func isFree(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("datasets: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("datasets: %s: %w, and is not empty", dir, fs.ErrExist)
	}
	return nil
}

// prepare writes all files of the folder.
func (in Input) prepare(ctx context.Context, dir string) (*Manifest, error) {
	sp, err := newFileSpool(filepath.Join(dir, "spool"))
	if err != nil {
		return nil, err
	}
	defer sp.remove()
	sources := hashInBackground(in.Files.all())
	e, err := in.take(ctx, sp)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Format: manifestFormat, Version: version(), Data: in.Data, Options: in.Options, Skipped: e.skipped}
	if m.Parts, err = in.writeParts(ctx, dir, e, sp); err != nil {
		return nil, err
	}
	if err := writeVocabularies(filepath.Join(dir, vocabularyFile), e); err != nil {
		return nil, err
	}
	hashed := <-sources
	m.Sources, m.Fields = hashed.files, e.facts()
	if hashed.err != nil {
		return nil, hashed.err
	}
	if err := sp.remove(); err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	return m, in.describe(dir, e, m)
}

// describe writes the schema and the manifest.
func (in Input) describe(dir string, e *encoder, m *Manifest) error {
	schema, err := yaml.Marshal(e.schema)
	if err != nil {
		return fmt.Errorf("datasets: schema: %w", err)
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

func (in Input) writeParts(ctx context.Context, dir string, e *encoder, sp spool) (list []Part, err error) {
	var sinks [parts]sink
	var files [parts]*parquetSink
	defer func() {
		for _, f := range files {
			if f != nil {
				f.file.Close() // closed already, unless there was an error
			}
		}
	}()
	for p, rows := range e.rows {
		if rows == 0 {
			continue
		}
		if files[p], err = newParquetSink(filepath.Join(dir, partNames[p]+".parquet"), e.finished()); err != nil {
			return nil, err
		}
		sinks[p] = files[p]
	}
	if err := e.pour(ctx, sp, sinks, in.Progress); err != nil {
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
		list = append(list, Part{
			Name: partNames[p], File: written.Name, Rows: e.rows[p], Positives: e.tallies[p].positives, SHA256: written.SHA256,
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
