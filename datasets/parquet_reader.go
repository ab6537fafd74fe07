package datasets

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/parquet-go/parquet-go"
)

var errNotOurs = errors.New("not a file that was written by preparing a data set with this schema")

// parquetReader reads the row groups of a part.
type parquetReader struct {
	path               string
	file               *os.File
	groups             []parquet.RowGroup
	fields             []Field
	idColumns, numbers int
}

func openParquet(path string, fields []Field) (*parquetReader, error) {
	f, pf, err := openParquetFile(path)
	if err != nil {
		return nil, err
	}
	r := &parquetReader{path: path, file: f, groups: pf.RowGroups(), fields: fields}
	r.idColumns, r.numbers = width(fields)
	if !sameColumns(pf.Schema(), parquetSchema(fields)) {
		f.Close()
		return nil, &SyntaxError{Path: path, Err: errNotOurs}
	}
	return r, nil
}

func openParquetFile(path string) (*os.File, *parquet.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("datasets: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("datasets: %w", err)
	}
	var pf *parquet.File
	err = guard(func() (err error) {
		pf, err = parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		return err
	})
	if err != nil {
		f.Close()
		return nil, nil, &SyntaxError{Path: path, Err: err}
	}
	return f, pf, nil
}

// sameColumns says whether the leaves of two schemas agree in order, name and type.
func sameColumns(a, b *parquet.Schema) bool {
	if len(a.Columns()) != len(b.Columns()) {
		return false
	}
	for i, path := range a.Columns() {
		left, _ := a.Lookup(path...)
		right, known := b.Lookup(path...)
		if !known || right.ColumnIndex != i || left.Node.Type().Kind() != right.Node.Type().Kind() ||
			left.MaxDefinitionLevel != right.MaxDefinitionLevel || left.MaxRepetitionLevel != right.MaxRepetitionLevel {
			return false
		}
	}
	return true
}

func (r *parquetReader) close() { r.file.Close() } // it was only read

// rows are the rows of each group.
func (r *parquetReader) rows() (perGroup []int) {
	for _, g := range r.groups {
		perGroup = append(perGroup, int(g.NumRows()))
	}
	return perGroup
}

// readGroups appends row groups to samples.
func (r *parquetReader) readGroups(ctx context.Context, groups []int32, s *samples) error {
	for _, group := range groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.read(int(group), s); err != nil {
			return err
		}
	}
	return nil
}

// read appends a row group to samples.
func (r *parquetReader) read(group int, s *samples) error {
	g := r.groups[group]
	rows, from := int(g.NumRows()), len(s.labels)
	s.ids = grow(s.ids, rows*r.idColumns)
	s.numbers = grow(s.numbers, rows*r.numbers)
	s.labels = grow(s.labels, rows)
	ids, numbers := s.ids[from*r.idColumns:], s.numbers[from*r.numbers:]
	for i, chunk := range g.ColumnChunks() {
		var err error
		switch {
		case i == len(r.fields):
			err = readLabels(chunk, s.labels[from:])
		case r.fields[i].Kind == Numeric:
			err = readNumbers(chunk, numbers, r.numbers)
			numbers = numbers[min(1, len(numbers)):]
		case r.fields[i].Kind == List:
			err = readLists(chunk, ids, r.idColumns, r.fields[i])
			ids = ids[min(r.fields[i].Length, len(ids)):]
		default:
			err = readIDs(chunk, ids, r.idColumns, r.fields[i])
			ids = ids[min(1, len(ids)):]
		}
		if err != nil {
			return &SyntaxError{Path: r.path, Column: columnName(r.fields, i), Err: err}
		}
	}
	return nil
}

func columnName(fields []Field, i int) string {
	if i == len(fields) {
		return labelColumn
	}
	return fields[i].Name
}

// grow makes room for n more values, which stand there as they are.
func grow[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s[:len(s)+n]
	}
	return append(s, make([]T, n)...)
}
