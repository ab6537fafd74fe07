package rawlog

import (
	"context"
	"iter"
)

// Log yields the samples of a raw log: for each a Record with the values of the columns asked for, in
// that order. The record is reused: it is valid until the next one. The meter, which may be nil, counts
// the bytes that are read. A column that the log does not have is an ErrUnknownColumn.
//
// An error that is not fatal, see IsFatal, belongs to one sample, and the next one can still be asked for.
// After a fatal error nothing follows.
type Log func(ctx context.Context, columns []Column, meter *Meter) iter.Seq2[*Record, error]

// Column names a column of a log.
type Column struct {
	Name string
	// Separator goes between the values of a list where the log does not write lists as text
	// itself, as in JSON lines and Parquet. Default DefaultSeparator.
	Separator string
}

// DefaultSeparator goes between the values of a list, unless a Column has another separator.
const DefaultSeparator = "|"

func (c Column) separator() string {
	if c.Separator != "" {
		return c.Separator
	}
	return DefaultSeparator
}

// Record is one sample of a log: a line of a text, or a row of a Parquet file.
type Record struct {
	Path   string
	Line   int      // from 1; 0 if the samples have no lines of their own
	Values []string // of the columns asked for, in their order
}

// Fail returns a SyntaxError at a column of the record.
func (r *Record) Fail(column, value string, err error) error {
	return &SyntaxError{Path: r.Path, Line: r.Line, Column: column, Value: value, Err: err}
}

// Files are the paths of the files of each part of a log. A Format describes them, as far as their names
// do not; see FormatOf. Files that end in .gz, .zst or .bz2 are unpacked.
type Files struct{ Train, Valid, Test []string }

// All returns the paths of all parts.
func (f Files) All() []string {
	return append(append(append([]string(nil), f.Train...), f.Valid...), f.Test...)
}

// Logs are the logs of the parts of a data set. A part that is not there is nil.
type Logs struct{ Train, Valid, Test Log }

// Open returns the log of some files, one after the other. The files are opened when the log is read.
func Open(f Format, paths []string) (Log, error) {
	var list []Log
	for _, path := range paths {
		format, err := f.of(path)
		if err != nil {
			return nil, err
		}
		list = append(list, format.open(f, path))
	}
	return concat(list), nil
}

// Joined returns the log of all parts, one after the other.
func (l Logs) Joined() Log {
	var list []Log
	for _, part := range []Log{l.Train, l.Valid, l.Test} {
		if part != nil {
			list = append(list, part)
		}
	}
	return concat(list)
}

// concat returns one log after the other as one log.
func concat(list []Log) Log {
	return func(ctx context.Context, columns []Column, meter *Meter) iter.Seq2[*Record, error] {
		return func(yield func(*Record, error) bool) {
			for _, l := range list {
				for r, err := range l(ctx, columns, meter) {
					if !yield(r, err) {
						return
					}
				}
			}
		}
	}
}
