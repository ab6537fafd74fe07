package ui

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
)

// Table is written row by row. A cell is a string, int, float32 or []float32.
type Table interface {
	Row(values []any) error // one cell for each column
	Close() error           // writes what is left; the output stays open
}

// Column is a column of a table.
type Column struct {
	Name string
	Of   any // a value of the type of its cells
	// Numbers makes a text that is a number one in JSON.
	Numbers bool
}

// NewTable begins a table in the format that the extension of path asks for: .parquet, .jsonl, .tsv,
// and CSV for all others.
func NewTable(path string, w io.Writer, columns []Column) (Table, error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".parquet":
		return newParquetTable(w, columns), nil
	case ".jsonl":
		return &jsonTable{columns, json.NewEncoder(w)}, nil
	}
	t := &csvTable{writer: csv.NewWriter(w)}
	if strings.ToLower(filepath.Ext(path)) == ".tsv" {
		t.writer.Comma = '\t'
	}
	for _, c := range columns {
		t.cells = append(t.cells, c.Name)
	}
	return t, t.writer.Write(t.cells)
}

// csvTable writes vectors as numbers with spaces between.
type csvTable struct {
	writer *csv.Writer
	cells  []string
}

func (t *csvTable) Row(values []any) error {
	for i, v := range values {
		t.cells[i] = strings.Trim(fmt.Sprint(v), "[]")
		if s, isText := v.(string); isText {
			t.cells[i] = s
		}
	}
	return t.writer.Write(t.cells)
}

func (t *csvTable) Close() error {
	t.writer.Flush()
	return t.writer.Error()
}

// jsonNumber is a text that is a number, and means the same to who reads it as a float64. One such as 007 or 1e5 may be a
// name.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$`)

// jsonTable writes an object a line.
type jsonTable struct {
	columns []Column
	encoder *json.Encoder
}

func (t *jsonTable) Row(values []any) error {
	object := make(map[string]any, len(values))
	for i, v := range values {
		if s, isText := v.(string); isText && t.columns[i].Numbers && jsonNumber.MatchString(s) {
			v = json.Number(s)
		}
		object[t.columns[i].Name] = v
	}
	return t.encoder.Encode(object)
}

func (t *jsonTable) Close() error { return nil }
