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
	return s.delimited(path), nil
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
