package datasets

import (
	"context"
	"iter"
	"path/filepath"
	"strings"
)

// log yields the samples of a raw log: for each a record, which is reused, with the values of the
// columns asked for, in that order. An unknown column is an ErrUnknownColumn.
//
// An error with a line is that of one sample: whoever goes on asking gets the next one. After any
// other error there is nothing more.
type log func(ctx context.Context, columns []string) iter.Seq2[*record, error]

// openLog picks the reader of a file by the schema's format or else by the file's name.
func openLog(s *Schema, path string) (log, error) {
	switch s.format(path) {
	case "jsonl":
		return textLog(path, s.readJSON), nil
	case "libsvm":
		return textLog(path, s.readLibsvm), nil
	case "parquet":
		return s.parquetLog(path), nil
	}
	return textLog(path, s.readDelimited), nil
}

// format is that of the schema, or what the file's name says.
func (s *Schema) format(path string) string {
	if s.Format != "" {
		return s.Format
	}
	switch extension(path) {
	case ".tsv", ".txt":
		return "tsv"
	case ".jsonl", ".json":
		return "jsonl"
	case ".libsvm", ".svm":
		return "libsvm"
	case ".parquet":
		return "parquet"
	}
	return "csv"
}

// readText reads the columns asked for of a text file. It returns an error that ends the file.
type readText func(lines *lineReader, columns []string, yield func(*record, error) bool) error

// textLog is the log of a text file.
func textLog(path string, read readText) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			file, err := openFile(ctx, path)
			if err != nil {
				yield(nil, err)
				return
			}
			defer file.Close()
			if err := read(newLineReader(path, file), columns, yield); err != nil {
				yield(nil, err)
			}
		}
	}
}

// openLogs is the log of some files, one after the other.
func openLogs(s *Schema, paths []string) (log, error) {
	var list []log
	for _, path := range paths {
		l, err := openLog(s, path)
		if err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return concat(list), nil
}

// joined is the log of all parts.
func (l logs) joined() log {
	var list []log
	for _, part := range []log{l.Train, l.Valid, l.Test} {
		if part != nil {
			list = append(list, part)
		}
	}
	return concat(list)
}

// concat is one log after the other.
func concat(list []log) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			for _, l := range list {
				for r, err := range l(ctx, columns) {
					if !yield(r, err) {
						return
					}
				}
			}
		}
	}
}

// extension is the ending of a file's name, in lower case, without that of its packing.
func extension(path string) string {
	name := strings.ToLower(filepath.Base(path))
	for _, packed := range []string{".gz", ".zst", ".bz2"} {
		name = strings.TrimSuffix(name, packed)
	}
	return filepath.Ext(name)
}
