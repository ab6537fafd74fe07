package delta

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// origins returns, for each row of a table over the fields, the row of the same field and id in the tables of a model that
// may have other numbers of rows; -1 if there is none.
func origins(from *model, fields []datasets.Field) ([]int, error) {
	first, rows, err := graph.FirstRows(zoo.GraphFields(fields))
	if err != nil {
		return nil, err
	}
	list := make([]int, rows)
	for i, f := range fields {
		if first[i] < 0 || f.Shares != "" {
			continue
		}
		for id := range f.Rows {
			list[first[i]+id] = -1
			if !from.isNothing() && id < from.manifest.Run.Fields[i].Rows {
				list[first[i]+id] = from.first[i] + id
			}
		}
	}
	return list, nil
}

// table is the difference between two versions of a table.
type table struct {
	name    string
	dim     int
	origins []int     // for each row, the row it was; -1: zeros
	before  []float32 // the values of the first version
	zeros   []float32 // a row of them
	live    []uint32  // rows whose bits differ, ascending
	dead    []uint32  // rows that became zero, ascending
}

func newTable(from *model, w *weight, origins []int) (*table, error) {
	t := &table{name: w.Name, dim: w.Shape[1], origins: origins, zeros: make([]float32, w.Shape[1])}
	if len(origins) != w.Shape[0] {
		return nil, fmt.Errorf("%w: table %q has %d rows, its fields have %d", checkpoint.ErrMismatch, w.Name, w.Shape[0], len(origins))
	}
	var err error
	if t.before, err = from.floats(w.Name); err != nil {
		return nil, err
	}
	if len(t.before) != from.rows*t.dim {
		return nil, fmt.Errorf("%w: table %q has %d values in %d rows, and %d in a row", checkpoint.ErrMismatch, w.Name, len(t.before), from.rows, t.dim)
	}
	return t, nil
}

// compare finds the rows that differ.
func (t *table) compare(now []float32) {
	for row := range t.origins {
		value := now[row*t.dim : (row+1)*t.dim]
		switch {
		case bytes.Equal(offheap.Bytes(value), offheap.Bytes(t.row(row))):
		case isZero(value):
			t.dead = append(t.dead, uint32(row))
		default:
			t.live = append(t.live, uint32(row))
		}
	}
}

// row returns what a row was.
func (t *table) row(row int) []float32 {
	if from := t.origins[row]; from >= 0 {
		return t.before[from*t.dim : (from+1)*t.dim]
	}
	return t.zeros
}

// isZero reports whether all bits are 0. That of a sign is not.
func isZero(values []float32) bool {
	return !slices.ContainsFunc(offheap.Bytes(values), func(b byte) bool { return b != 0 })
}

// part is the name of an array of a delta.
func (t *table) part(name string) string { return "rows/" + t.name + "/" + name }

// report counts the rows.
func (t *table) report() Rows {
	return Rows{Table: t.name, Rows: len(t.origins), Live: len(t.live), Dead: len(t.dead)}
}

// add adds the difference to a delta; now are the values of the second version.
func (t *table) add(to *checkpoint.Tensors, now []float32) {
	addNumbers(to, t.part("live"), t.live)
	addNumbers(to, t.part("dead"), t.dead)
	write := func(w io.Writer) error {
		for _, row := range t.live {
			if _, err := w.Write(offheap.Bytes(now[int(row)*t.dim : (int(row)+1)*t.dim])); err != nil {
				return err
			}
		}
		return nil
	}
	checkpoint.AddStream[float32](to, t.part("values"), len(t.live)*t.dim, write, len(t.live), t.dim)
}

// read reads what add added. The values are those of the live rows.
func (t *table) read(m *checkpoint.Mapped) (values []float32, err error) {
	if t.live, err = readNumbers(m, t.part("live"), len(t.origins)); err != nil {
		return nil, err
	}
	if t.dead, err = readNumbers(m, t.part("dead"), len(t.origins)); err != nil {
		return nil, err
	}
	if values, err = checkpoint.View[float32](m, t.part("values")); err != nil {
		return nil, err
	}
	if len(values) != len(t.live)*t.dim {
		return nil, m.Damaged("%d rows of %q have %d values", len(t.live), t.name, len(values))
	}
	return values, nil
}

// write writes the second version of a table, whose live rows have the given values.
func (t *table) write(w io.Writer, values []float32) error {
	live, dead := t.live, t.dead
	for row := range t.origins {
		var value []float32
		switch {
		case len(live) > 0 && int(live[0]) == row:
			value, values, live = values[:t.dim], values[t.dim:], live[1:]
		case len(dead) > 0 && int(dead[0]) == row:
			value, dead = t.zeros, dead[1:]
		default:
			value = t.row(row)
		}
		if _, err := w.Write(offheap.Bytes(value)); err != nil {
			return err
		}
	}
	return nil
}
