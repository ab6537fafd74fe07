package datasets

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// parquetLog is the log of a Parquet file. The columns inside a group have its name and a point
// before theirs. A list of values is joined by the separator of its field; parquetText says how
// values become text. Missing values are empty cells. The lines of errors are rows, from 1.
//
// A row group is never in memory as a whole, only a page of each column asked for.
func (s *Schema) parquetLog(path string) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			if err := s.readParquet(ctx, path, columns, yield); err != nil {
				yield(nil, err)
			}
		}
	}
}

// readParquet yields the rows; it returns an error that ends the file.
func (s *Schema) readParquet(ctx context.Context, path string, columns []string, yield func(*record, error) bool) error {
	file, pf, err := openParquetFile(path)
	if err != nil {
		return err
	}
	defer file.Close()
	cells, err := s.parquetCells(path, pf.Schema(), columns)
	if err != nil {
		return err
	}
	if pf.NumRows() == 0 {
		return &SyntaxError{Path: path, Err: ErrEmpty}
	}
	p := &parquetRows{record: record{path: path, values: make([]string, len(columns))}, columns: columns, cells: cells}
	for _, group := range pf.RowGroups() {
		if err := p.readGroup(ctx, group, yield); err != nil || p.stopped {
			return err
		}
		countBytes(ctx, int64(float64(pf.Size())*float64(group.NumRows())/float64(pf.NumRows())))
	}
	return nil
}

// parquetCells finds the columns of a file.
func (s *Schema) parquetCells(path string, schema *parquet.Schema, columns []string) ([]*parquetCell, error) {
	leaves := map[string]parquet.LeafColumn{}
	for _, names := range schema.Columns() {
		leaf, _ := schema.Lookup(names...)
		name := parquetName(schema, names)
		if _, twice := leaves[name]; twice {
			return nil, &SyntaxError{Path: path, Column: name, Err: errTwice}
		}
		leaves[name] = leaf
	}
	separators := s.separators(columns)
	list := make([]*parquetCell, len(columns))
	for i, name := range columns {
		leaf, known := leaves[name]
		if !known {
			there := shorten(strings.Join(slices.Sorted(maps.Keys(leaves)), ", "))
			return nil, &SyntaxError{Path: path, Column: name, Err: fmt.Errorf("%w; there are: %s", ErrUnknownColumn, there)}
		}
		c, err := newParquetCell(leaf, separators[i])
		if err != nil {
			return nil, &SyntaxError{Path: path, Column: name, Err: err}
		}
		list[i] = c
	}
	return list, nil
}

// parquetName is the name of a column: that of the groups it is in and its own, but of a list only
// that of the whole list.
func parquetName(schema *parquet.Schema, path []string) string {
	var node parquet.Node = schema
	for i, name := range path {
		fields := node.Fields()
		at := slices.IndexFunc(fields, func(f parquet.Field) bool { return f.Name() == name })
		if node = fields[at]; node.Repeated() && i > 0 && i < len(path)-1 {
			return strings.Join(path[:i], ".") // the repeated group of a list has no name of its own
		}
	}
	return strings.Join(path, ".")
}

// parquetRows reads the rows of a file.
type parquetRows struct {
	record
	columns []string
	cells   []*parquetCell
	stopped bool // by the one who is told of the rows
}

func (p *parquetRows) readGroup(ctx context.Context, group parquet.RowGroup, yield func(*record, error) bool) error {
	chunks := group.ColumnChunks()
	for i, c := range p.cells {
		if err := guard(func() error { c.begin(chunks[c.index]); return nil }); err != nil {
			return &SyntaxError{Path: p.path, Column: p.columns[i], Err: err}
		}
		defer c.end()
	}
	for row := range group.NumRows() {
		if row%rowsPerChunk == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p.line++
		var bad error
		for i, c := range p.cells {
			value, err := c.next()
			if err != nil {
				return fatal(p.fail(p.columns[i], "", err))
			}
			if p.values[i] = value.text; value.err != nil && bad == nil {
				bad = p.fail(p.columns[i], value.text, value.err)
			}
		}
		if !yield(&p.record, bad) {
			p.stopped = true
			return nil
		}
	}
	return nil
}
