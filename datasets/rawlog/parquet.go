package rawlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/parquet-go/parquet-go"
)

// openParquetLog returns the log of a Parquet file. The columns inside a group have its name and a
// point before theirs. A list of values is joined by the separator of its column; parquetText turns
// values into text. Missing values are empty cells. The lines of errors are rows, from 1.
//
// A row group is never in memory as a whole, only a page of each column asked for.
func openParquetLog(_ Format, path string) Log {
	return func(ctx context.Context, columns []Column, meter *Meter) iter.Seq2[*Record, error] {
		return func(yield func(*Record, error) bool) {
			if err := readParquet(ctx, path, columns, meter, yield); err != nil {
				yield(nil, err)
			}
		}
	}
}

// readParquet yields the rows. It returns an error that ends the file.
func readParquet(ctx context.Context, path string, columns []Column, meter *Meter, yield func(*Record, error) bool) error {
	file, pf, err := OpenParquet(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return readParquetRows(ctx, path, file, pf, columns, meter, yield)
}

// readParquetRows yields the rows of an open file.
func readParquetRows(ctx context.Context, path string, file io.ReaderAt, pf *parquet.File, columns []Column, meter *Meter, yield func(*Record, error) bool) error {
	cells, err := parquetCells(path, pf.Schema(), columns)
	if err != nil {
		return err
	}
	if pf.NumRows() == 0 {
		return &SyntaxError{Path: path, Err: ErrEmpty}
	}
	p := &parquetRows{Record: Record{Path: path, Values: make([]string, len(columns))}, columns: columns, cells: cells}
	for i, group := range pf.RowGroups() {
		for k, c := range cells {
			if err := checkPages(file, pf, i, c.index); err != nil {
				return &SyntaxError{Path: path, Column: columns[k].Name, Err: err}
			}
		}
		if err := p.readGroup(ctx, group, yield); err != nil || p.stopped {
			return err
		}
		meter.Add(int64(float64(pf.Size()) * float64(group.NumRows()) / float64(pf.NumRows())))
	}
	return nil
}

// parquetCells finds the columns of a file.
func parquetCells(path string, schema *parquet.Schema, columns []Column) ([]*parquetCell, error) {
	leaves := map[string]parquet.LeafColumn{}
	twice := map[string]bool{} // as the key and the value of a map; nobody needs to read it
	for _, names := range schema.Columns() {
		leaf, _ := schema.Lookup(names...)
		name := parquetName(schema, names)
		_, known := leaves[name]
		twice[name] = twice[name] || known
		leaves[name] = leaf
	}
	list := make([]*parquetCell, len(columns))
	for i, column := range columns {
		leaf, known := leaves[column.Name]
		if !known {
			there := shorten(strings.Join(slices.Sorted(maps.Keys(leaves)), ", "))
			return nil, &SyntaxError{Path: path, Column: column.Name, Err: fmt.Errorf("%w; there are: %s", ErrUnknownColumn, there)}
		}
		if twice[column.Name] {
			return nil, &SyntaxError{Path: path, Column: column.Name, Err: errTwice}
		}
		c, err := newParquetCell(leaf, column.separator())
		if err != nil {
			return nil, &SyntaxError{Path: path, Column: column.Name, Err: err}
		}
		list[i] = c
	}
	return list, nil
}

// parquetName returns the name of a column: the names of the groups around it and its own, with points
// between them. A list has the name of the whole list only.
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

// rowsPerCheck is the number of rows after which the context is checked.
const rowsPerCheck = 1 << 13

// parquetRows reads the rows of a file.
type parquetRows struct {
	Record
	columns []Column
	cells   []*parquetCell
	stopped bool // the loop over the rows has ended
}

func (p *parquetRows) readGroup(ctx context.Context, group parquet.RowGroup, yield func(*Record, error) bool) error {
	chunks := group.ColumnChunks()
	for i, c := range p.cells {
		if err := guard(func() error { c.begin(chunks[c.index]); return nil }); err != nil {
			return &SyntaxError{Path: p.Path, Column: p.columns[i].Name, Err: err}
		}
		defer c.end()
	}
	for row := range group.NumRows() {
		if row%rowsPerCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p.Line++
		var bad error
		for i, c := range p.cells {
			value, err := c.next()
			if err != nil {
				return fatal(p.Fail(p.columns[i].Name, "", err))
			}
			if p.Values[i] = value.text; value.err != nil && bad == nil {
				bad = p.Fail(p.columns[i].Name, value.text, value.err)
			}
		}
		if !yield(&p.Record, bad) {
			p.stopped = true
			return nil
		}
	}
	return nil
}

// findParquetColumns finds the columns that can be read.
func findParquetColumns(_ context.Context, _ *Format, path string) ([]Column, error) {
	file, pf, err := OpenParquet(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return parquetColumns(pf), nil
}

// parquetColumns lists the columns of an open file that can be read.
func parquetColumns(pf *parquet.File) (list []Column) {
	count := map[string]int{}
	for _, names := range pf.Schema().Columns() {
		count[parquetName(pf.Schema(), names)]++
	}
	for _, names := range pf.Schema().Columns() {
		leaf, _ := pf.Schema().Lookup(names...)
		if _, err := newParquetCell(leaf, ""); err != nil {
			continue // no field can be made of it
		}
		c := Column{Name: parquetName(pf.Schema(), names)}
		if count[c.Name] > 1 {
			continue // a map, or a list of groups
		}
		if leaf.MaxRepetitionLevel > 0 {
			c.Separator = DefaultSeparator
		}
		list = append(list, c)
	}
	return list
}

var errDamaged = errors.New("the file is damaged")

// OpenParquet opens a Parquet file, which must be a regular one, since it is not read in order. The caller closes the file when it is no longer read.
func OpenParquet(path string) (*os.File, *parquet.File, error) {
	f, err := safefile.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("datasets: %w", err)
	}
	pf, err := openParquet(path, f)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, pf, nil
}

func openParquet(path string, f *os.File) (*parquet.File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("datasets: %w", err)
	}
	pf, err := parseParquet(f, info.Size())
	if err != nil {
		return nil, &SyntaxError{Path: path, Err: err}
	}
	return pf, nil
}

// parseParquet reads the footer of a file of a size.
func parseParquet(f io.ReaderAt, size int64) (pf *parquet.File, err error) {
	if err := checkFooter(f, size); err != nil {
		return nil, err
	}
	err = guard(func() error {
		pf, err = parquet.OpenFile(f, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
		return err
	})
	return pf, err
}

// guard turns a panic into an error: the Parquet library panics on some damaged files.
func guard(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errDamaged, r)
		}
	}()
	return do()
}
