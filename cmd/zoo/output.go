package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// output is a file that gets its name only once it is whole, or standard output.
type output struct {
	io.Writer
	path      string
	file      *os.File
	buffer    *bufio.Writer
	committed bool
}

// createOutput begins a file; "" and "-" mean standard output.
func createOutput(path string, stdout io.Writer) (*output, error) {
	if path == "" || path == "-" {
		return &output{Writer: stdout}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, err
	}
	buffer := bufio.NewWriterSize(f, 1<<20)
	return &output{Writer: buffer, path: path, file: f, buffer: buffer}, nil
}

// commit gives the file its name.
func (o *output) commit() error {
	if o.file == nil {
		return nil
	}
	if err := errors.Join(o.buffer.Flush(), o.file.Chmod(0o644), o.file.Sync(), o.file.Close()); err != nil {
		return err
	}
	o.committed = true
	return os.Rename(o.file.Name(), o.path)
}

// close removes what was not committed.
func (o *output) close() {
	if o.file != nil && !o.committed {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}

// A table is written row by row. Its columns hold string, int, float32 or []float32.
type table interface {
	row(values []any) error
	close() error // writes what is left; the output stays open
}

// column is a column of a table; of its value only the type counts.
type column struct {
	name string
	of   any
}

// newTable picks the format by the name of the file: .parquet, .jsonl, .tsv, and CSV for all others.
func newTable(path string, w io.Writer, columns []column) (table, error) {
	switch filepath.Ext(path) {
	case ".parquet":
		return newParquetTable(w, columns), nil
	case ".jsonl":
		return &jsonTable{columns, json.NewEncoder(w)}, nil
	}
	t := &csvTable{writer: csv.NewWriter(w)}
	if filepath.Ext(path) == ".tsv" {
		t.writer.Comma = '\t'
	}
	for _, c := range columns {
		t.cells = append(t.cells, c.name)
	}
	return t, t.writer.Write(t.cells)
}

// csvTable writes vectors as numbers with spaces between.
type csvTable struct {
	writer *csv.Writer
	cells  []string
}

func (t *csvTable) row(values []any) error {
	for i, v := range values {
		t.cells[i] = strings.Trim(fmt.Sprint(v), "[]")
		if s, isText := v.(string); isText {
			t.cells[i] = s
		}
	}
	return t.writer.Write(t.cells)
}

func (t *csvTable) close() error {
	t.writer.Flush()
	return t.writer.Error()
}

// jsonTable writes an object a line.
type jsonTable struct {
	columns []column
	encoder *json.Encoder
}

func (t *jsonTable) row(values []any) error {
	object := make(map[string]any, len(values))
	for i, v := range values {
		object[t.columns[i].name] = v
	}
	return t.encoder.Encode(object)
}

func (t *jsonTable) close() error { return nil }

// parquetTable writes rows in groups.
type parquetTable struct {
	writer *parquet.GenericWriter[any]
	at     []int // of each column in the schema, which sorts them by name
	values []parquet.Value
	rows   int
}

const rowsPerGroup = 1 << 17

func newParquetTable(w io.Writer, columns []column) *parquetTable {
	group := parquet.Group{}
	for _, c := range columns {
		group[c.name] = parquetNode(c.of)
	}
	t := &parquetTable{}
	schema := parquet.NewSchema("zoo", group)
	for _, c := range columns {
		leaf, _ := schema.Lookup(c.name)
		t.at = append(t.at, leaf.ColumnIndex)
	}
	t.writer = parquet.NewGenericWriter[any](w, schema, parquet.Compression(&parquet.Zstd))
	return t
}

func parquetNode(of any) parquet.Node {
	switch of.(type) {
	case string:
		return parquet.String()
	case int:
		return parquet.Int(64)
	case []float32:
		return parquet.Repeated(parquet.Leaf(parquet.FloatType))
	default:
		return parquet.Leaf(parquet.FloatType)
	}
}

func (t *parquetTable) row(values []any) error {
	parts := make([][]parquet.Value, len(values))
	for i, v := range values {
		parts[t.at[i]] = parquetValues(v, t.at[i])
	}
	t.values = t.values[:0]
	for _, p := range parts {
		t.values = append(t.values, p...)
	}
	if _, err := t.writer.WriteRows([]parquet.Row{t.values}); err != nil {
		return err
	}
	if t.rows++; t.rows%rowsPerGroup == 0 {
		return t.writer.Flush()
	}
	return nil
}

// parquetValues are a cell's values with their places in a repetition.
func parquetValues(v any, column int) []parquet.Value {
	list, isList := v.([]float32)
	if !isList {
		if n, isInt := v.(int); isInt {
			v = int64(n)
		}
		return []parquet.Value{parquet.ValueOf(v).Level(0, 0, column)}
	}
	values := make([]parquet.Value, len(list))
	for i, x := range list {
		values[i] = parquet.ValueOf(x).Level(min(i, 1), 1, column)
	}
	return values
}

func (t *parquetTable) close() error { return t.writer.Close() }
