package prepared

import (
	"context"
	"errors"
	"os"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/parquet-go/parquet-go"
)

var errNotOurs = errors.New("not a file that was written by preparing a data set with this schema")

// reader reads the row groups of a part.
type reader struct {
	path               string
	file               *os.File
	groups             []parquet.RowGroup
	layout             layout
	idColumns, numbers int
}

// openReader opens the file of a part, which must have the size and the end that it was written with.
func openReader(path string, l layout, sum *Sum) (*reader, error) {
	f, pf, err := rawlog.OpenParquet(path)
	if err != nil {
		return nil, err
	}
	err = sum.checkEnd(f)
	if err == nil {
		if err = rawlog.CheckPages(f, pf); err != nil {
			err = &rawlog.SyntaxError{Path: path, Err: err}
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	r := &reader{path: path, file: f, groups: pf.RowGroups(), layout: l}
	r.idColumns, r.numbers = datasets.Width(l.fields)
	if !sameColumns(pf.Schema(), l.parquetSchema()) {
		f.Close()
		return nil, &rawlog.SyntaxError{Path: path, Err: errNotOurs}
	}
	return r, nil
}

// sameColumns reports whether the leaves of two schemas agree in order, name and type.
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

func (r *reader) close() { r.file.Close() } // it was only read

// rows returns the number of rows of each group.
func (r *reader) rows() (perGroup []int) {
	for _, g := range r.groups {
		perGroup = append(perGroup, int(g.NumRows()))
	}
	return perGroup
}

// readGroups appends the samples of row groups.
func (r *reader) readGroups(ctx context.Context, groups []int32, b *datasets.Batch) error {
	for _, group := range groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.read(int(group), b); err != nil {
			return err
		}
	}
	return nil
}

// read appends the samples of a row group.
func (r *reader) read(group int, b *datasets.Batch) error {
	g := r.groups[group]
	rows, from := int(g.NumRows()), b.Rows
	b.Rows += rows
	b.IDs = grow(b.IDs, rows*r.idColumns)
	b.Numbers = grow(b.Numbers, rows*r.numbers)
	b.Labels = grow(b.Labels, rows)
	if r.layout.weighted {
		b.Weights = grow(b.Weights, rows)
	}
	ids, numbers := b.IDs[from*r.idColumns:], b.Numbers[from*r.numbers:]
	fields := r.layout.fields
	for i, chunk := range g.ColumnChunks() {
		var err error
		switch {
		case i == len(fields):
			err = readLabels(chunk, b.Labels[from:])
		case i > len(fields):
			err = readWeights(chunk, b.Weights[from:])
		case fields[i].Kind == datasets.Numeric:
			err = readNumbers(chunk, numbers, r.numbers)
			numbers = numbers[min(1, len(numbers)):]
		case fields[i].Kind == datasets.List:
			err = readLists(chunk, ids, r.idColumns, fields[i])
			ids = ids[min(fields[i].Length, len(ids)):]
		default:
			err = readIDs(chunk, ids, r.idColumns, fields[i])
			ids = ids[min(1, len(ids)):]
		}
		if err != nil {
			return &rawlog.SyntaxError{Path: r.path, Column: r.layout.columnName(i), Err: err}
		}
	}
	return nil
}

// grow makes room for n more values, whatever they are.
func grow[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s[:len(s)+n]
	}
	return append(s, make([]T, n)...)
}
