package table

import (
	"strings"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// Table is the cells of some records of one file, by columns, so that each core can work on columns of its own.
type Table struct {
	// Unread are the errors of the records that could not be read.
	Unread []Unread

	rows  int // when it is full
	path  string
	lines []int // of the records
	text  []byte
	cells [][]span // by column, by record
}

// span is the place of a cell in the text of a table, which is far below 4 GiB: see isFull.
type span struct{ from, to uint32 }

// Unread is the error of a record that could not be read, which came before a row of the table.
type Unread struct {
	Row int
	Err error
}

// A table has at most so many records, and about so many bytes of cells.
const (
	MostRows = 1 << 13
	mostText = 8 << 20
)

func newTable(columns, rows int) *Table { return &Table{cells: make([][]span, columns), rows: rows} }

// Rows returns the number of records.
func (t *Table) Rows() int { return len(t.lines) }

func (t *Table) clear() {
	t.lines, t.text, t.Unread = t.lines[:0], t.text[:0], t.Unread[:0]
	for i := range t.cells {
		t.cells[i] = t.cells[i][:0]
	}
}

func (t *Table) isEmpty() bool { return len(t.lines)+len(t.Unread) == 0 }

func (t *Table) isFull() bool {
	return len(t.lines)+len(t.Unread) >= t.rows || len(t.text) >= mostText
}

// takes reports whether a record can follow those of the table: it is of the same file.
func (t *Table) takes(r *rawlog.Record) bool { return t.Rows() == 0 || r.Path == t.path }

// add copies a record.
func (t *Table) add(r *rawlog.Record) {
	t.path = r.Path
	t.lines = append(t.lines, r.Line)
	for i, value := range r.Values {
		from := uint32(len(t.text))
		t.text = append(t.text, value...)
		t.cells[i] = append(t.cells[i], span{from, uint32(len(t.text))})
	}
}

func (t *Table) addUnread(err error) { t.Unread = append(t.Unread, Unread{t.Rows(), err}) }

// Cell returns a cell, which is valid until the table is given back.
func (t *Table) Cell(column, row int) string {
	s := t.cells[column][row]
	return unsafe.String(unsafe.SliceData(t.text[s.from:]), s.to-s.from)
}

// Fail returns an error at a cell of a column of some name.
func (t *Table) Fail(name string, column, row int, err error) error {
	r := rawlog.Record{Path: t.path, Line: t.lines[row]}
	return r.Fail(name, strings.Clone(t.Cell(column, row)), err)
}
