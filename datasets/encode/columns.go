package encode

import (
	"cmp"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/cores"
	"github.com/ctrzoo/ctrzoo/datasets/internal/table"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// columnEncoder encodes the records of tables by columns, side by side: every vocabulary is the work of one core at a time. So ids do
// not depend on the number of cores.
type columnEncoder struct {
	*encoder
	groups  [][]int // fields that share a vocabulary
	scratch []columnScratch
	bad     [][]badRecord // by group; the last one is of label and weight
}

// columnScratch is the memory of a group.
type columnScratch struct {
	chunk  chunk
	values [valuesAtOnce]string
}

// valuesAtOnce is how many values of a column are looked up at once, so that the memory answers together.
const valuesAtOnce = 256

func newColumnEncoder(e *encoder) *columnEncoder {
	c := &columnEncoder{encoder: e, groups: e.groups()}
	c.scratch = make([]columnScratch, len(c.groups))
	c.bad = make([][]badRecord, len(c.groups)+1)
	return c
}

// groups returns the fields by the vocabularies that they share.
func (e *encoder) groups() (list [][]int) {
	at := map[int]int{}
	for i := range e.fields {
		owner := e.fields[i].owner
		if _, known := at[owner]; !known {
			at[owner] = len(list)
			list = append(list, nil)
		}
		list[at[owner]] = append(list[at[owner]], i)
	}
	return list
}

// encode makes a chunk of all records of a table, but without keys, and returns what is wrong with them, in the order of the records
// and of the columns. A bad cell has any id or number.
func (e *columnEncoder) encode(t *table.Table, c *chunk) (bad []badRecord) {
	n := t.Rows()
	if c.clear(); n == 0 {
		return unread(t)
	}
	c.ids, c.numbers, c.labels = resize(c.ids, n*e.idColumns), resize(c.numbers, n*e.numbers), resize(c.labels, n)
	cores.SideBySide(len(e.groups)+1, func(i int) {
		e.bad[i] = e.bad[i][:0]
		if i == len(e.groups) {
			e.encodeTargets(t, c)
			return
		}
		for _, field := range e.groups[i] {
			e.encodeField(field, i, t, c)
		}
	})
	bad = unread(t)
	for _, list := range e.bad {
		bad = append(bad, list...)
	}
	slices.SortStableFunc(bad, func(a, b badRecord) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.place, b.place)) })
	return bad
}

// badRecord is the error of a record that could not be read, or of a cell of one.
type badRecord struct {
	row   int // of the table; of a record that could not be read, the row of the next one
	place int // of the cell among those of its row, in the order in which they are looked at; -1: the record could not be read
	err   error
}

// unread returns the records of a table that could not be read.
func unread(t *table.Table) (bad []badRecord) {
	for _, u := range t.Unread {
		bad = append(bad, badRecord{u.Row, -1, u.Err})
	}
	return bad
}

// encodeTargets encodes labels and weights.
func (e *columnEncoder) encodeTargets(t *table.Table, c *chunk) {
	bad := &e.bad[len(e.groups)]
	for row := range c.labels {
		label, ok := e.schema.LabelOf(t.Cell(0, row))
		if c.labels[row] = uint8(label); !ok {
			*bad = append(*bad, badRecord{row, 0, t.Fail(e.columns[0].Name, 0, row, e.schema.LabelError())})
		}
	}
	if e.weightAt < 0 {
		return
	}
	for row := range c.labels {
		w, err := schema.ParseWeight(t.Cell(e.weightAt, row))
		if c.weights = append(c.weights, w); err != nil {
			*bad = append(*bad, badRecord{row, len(e.fields) + 1, t.Fail(e.columns[e.weightAt].Name, e.weightAt, row, err)})
		}
	}
}

// encodeField encodes a field, which belongs to a group.
func (e *columnEncoder) encodeField(field, group int, t *table.Table, c *chunk) {
	f, s := &e.fields[field], &e.scratch[group]
	fail := func(row int, err error) {
		e.bad[group] = append(e.bad[group], badRecord{row, field + 1, t.Fail(e.columns[f.at].Name, f.at, row, err)})
	}
	s.chunk.clear()
	switch f.out.Kind {
	case datasets.Categorical:
		for from := 0; from < t.Rows(); from += valuesAtOnce {
			values := s.values[:min(valuesAtOnce, t.Rows()-from)]
			for i := range values {
				var err error
				if values[i], err = f.cells.Value(t.Cell(f.at, from+i)); err != nil {
					fail(from+i, err)
				}
			}
			s.chunk.ids = f.appendIDs(s.chunk.ids, values)
		}
		scatter(c.ids[f.place:], e.idColumns, s.chunk.ids, 1)
	case datasets.Numeric:
		for row := range t.Rows() {
			if err := f.encode(t.Cell(f.at, row), &s.chunk); err != nil {
				fail(row, err)
			}
		}
		scatter(c.numbers[f.place:], e.numbers, s.chunk.numbers, 1)
	default:
		for row := range t.Rows() {
			f.list(t.Cell(f.at, row), &s.chunk)
		}
		scatter(c.ids[f.place:], e.idColumns, s.chunk.ids, f.Length)
	}
}

// scatter copies runs of n values to places that are a stride apart.
func scatter[T any](to []T, stride int, from []T, n int) {
	for at := 0; len(from) > 0; at, from = at+stride, from[n:] {
		copy(to[at:at+n], from[:n])
	}
}

// key returns the key of a record.
func (e *encoder) key(t *table.Table, row int) (int64, error) {
	var by string
	if e.keyAt >= 0 {
		by = t.Cell(e.keyAt, row)
	}
	key, err := e.splitter.key(by)
	if err != nil {
		return 0, t.Fail(e.columns[e.keyAt].Name, e.keyAt, row, err)
	}
	return key, nil
}
