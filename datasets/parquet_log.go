package datasets

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// parquetLog is the log of a Parquet file of any origin. Columns are those of the file, with dots
// for groups; a column of lists has the field's separator between its values. Null is the empty
// value, true and false are 1 and 0. The line of an error is the number of the row, from 1.
func (s *Schema) parquetLog(path string) log {
	return func(ctx context.Context, columns []string) iter.Seq2[*record, error] {
		return func(yield func(*record, error) bool) {
			f, pf, err := openParquetFile(path)
			if err != nil {
				yield(nil, err)
				return
			}
			defer f.Close()
			r := &parquetRecord{record: record{path: path, values: make([]string, len(columns))}}
			if err := r.locate(pf.Schema(), s, columns); err != nil {
				yield(nil, err)
				return
			}
			for _, group := range pf.RowGroups() {
				if !r.read(ctx, group, yield) {
					return
				}
			}
		}
	}
}

// parquetRecord turns rows of a Parquet file into records.
type parquetRecord struct {
	record
	at         []int    // by column of the file, where it stands in the record; -1: nowhere
	separators []string // by place in the record
}

// locate finds the columns in the file.
func (r *parquetRecord) locate(file *parquet.Schema, s *Schema, columns []string) error {
	names := make([]string, len(file.Columns()))
	byName := map[string]int{}
	for i, path := range file.Columns() {
		leaf, _ := file.Lookup(path...)
		names[i] = strings.Join(path, ".")
		if leaf.MaxRepetitionLevel == 1 { // a list's column is named list.element, or so, within it
			names[i] = path[0]
		}
		byName[names[i]] = i
	}
	r.at = make([]int, len(names))
	for i := range r.at {
		r.at[i] = -1
	}
	for i, name := range columns {
		at, known := byName[name]
		if !known {
			return &SyntaxError{Path: r.path, Column: name, Err: fmt.Errorf("%w; there are: %s", ErrUnknownColumn, shorten(strings.Join(names, ", ")))}
		}
		r.at[at] = i
		r.separators = append(r.separators, s.separatorOf(name))
	}
	return nil
}

// read yields the rows of a group; false ends the log.
func (r *parquetRecord) read(ctx context.Context, group parquet.RowGroup, yield func(*record, error) bool) bool {
	rows := group.Rows()
	defer rows.Close()
	buffer := make([]parquet.Row, 256)
	for {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return false
		}
		n, err := rows.ReadRows(buffer)
		for _, row := range buffer[:n] {
			if r.line++; !yield(&r.record, r.take(row)) {
				return false
			}
		}
		if err == io.EOF {
			return true
		}
		if err != nil {
			yield(nil, &SyntaxError{Path: r.path, Err: err})
			return false
		}
	}
}

func (r *parquetRecord) take(row parquet.Row) error {
	for i := range r.values {
		r.values[i] = ""
	}
	for _, v := range row {
		i := r.at[v.Column()]
		if i < 0 {
			continue
		}
		text := parquetText(v)
		if !isText(text) {
			return r.fail("", text, ErrText)
		}
		if v.RepetitionLevel() > 0 {
			text = r.values[i] + r.separators[i] + text
		}
		r.values[i] = text
	}
	return nil
}

func parquetText(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Boolean && v.Boolean():
		return "1"
	case v.Kind() == parquet.Boolean:
		return "0"
	case v.Kind() == parquet.Float:
		return strconv.FormatFloat(float64(v.Float()), 'g', -1, 32)
	case v.Kind() == parquet.Double:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case v.Kind() == parquet.ByteArray || v.Kind() == parquet.FixedLenByteArray:
		return string(v.ByteArray())
	}
	return v.String()
}
