package encode

import (
	"strings"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// table is the cells of some records of one file, by columns, so that each core can encode columns of its own.
type table struct {
	path  string
	lines []int // of the records
	text  []byte
	cells [][]span // by column, by record
	bad   []badRecord
}

// span is the place of a cell in the text of a table, which is far below 4 GiB: see isFull.
type span struct{ from, to uint32 }

// badRecord is the error of a record that could not be read, or of a cell of one.
type badRecord struct {
	row   int // of the table; of a record that could not be read, the row of the next one
	place int // of the cell among those of its row, in the order in which they are looked at; -1: the record could not be read
	err   error
}

// textPerTable is how many bytes of cells a table has, if records are so long that it is full before it has rowsPerChunk.
const textPerTable = 8 << 20

func newTable(columns int) *table { return &table{cells: make([][]span, columns)} }

func (t *table) rows() int { return len(t.lines) }

func (t *table) clear() {
	t.lines, t.text, t.bad = t.lines[:0], t.text[:0], t.bad[:0]
	for i := range t.cells {
		t.cells[i] = t.cells[i][:0]
	}
}

func (t *table) isEmpty() bool { return len(t.lines)+len(t.bad) == 0 }

func (t *table) isFull() bool {
	return len(t.lines)+len(t.bad) >= rowsPerChunk || len(t.text) >= textPerTable
}

// takes reports whether a record can follow those of the table: it is of the same file.
func (t *table) takes(r *rawlog.Record) bool { return t.rows() == 0 || r.Path == t.path }

// add copies a record.
func (t *table) add(r *rawlog.Record) {
	t.path = r.Path
	t.lines = append(t.lines, r.Line)
	for i, value := range r.Values {
		from := uint32(len(t.text))
		t.text = append(t.text, value...)
		t.cells[i] = append(t.cells[i], span{from, uint32(len(t.text))})
	}
}

// addBad keeps the error of a record that could not be read.
func (t *table) addBad(err error) { t.bad = append(t.bad, badRecord{t.rows(), -1, err}) }

// cell returns a cell, which is valid until the table is cleared.
func (t *table) cell(column, row int) string {
	s := t.cells[column][row]
	return unsafe.String(unsafe.SliceData(t.text[s.from:]), s.to-s.from)
}

// fail returns an error at a cell.
func (t *table) fail(column rawlog.Column, at, row int, err error) error {
	r := rawlog.Record{Path: t.path, Line: t.lines[row]}
	return r.Fail(column.Name, strings.Clone(t.cell(at, row)), err)
}
