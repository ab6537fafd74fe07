package stream

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// Eviction drops values and their rows from a model. A value that has left reads as id 0, as one that was never seen; if it comes
// back it is a new one.
type Eviction struct {
	Encoding *datasets.Encoding // without the values that leave
	Evicted  int                // values that leave
	Idle     int                // those of them that leave by Rule.Idle only
	Kept     map[string]string  // fields of which no value leaves by Rule.Vanished, and why
}

// Rule says which values leave a model. The zero Rule lets none leave.
type Rule struct {
	// Vanished lets values leave without changing a prediction: those whose rows are zero to the bit, as rows become that no
	// batch has touched for long, if the solver lets rows vanish; see solvers.Vanishing. Row 0 of the field must be zero, too,
	// and untrained: it is if every value of the training part has a row, that is with a min_count of 1. A list whose mean
	// does not count unknown values (out_of_vocabulary: zero) keeps its values.
	Vanished bool
	Tail     int // of solvers.Vanishing; for Vanished
	// Idle lets values leave whose rows had no gradient for more than so many steps, whatever is in them, under any solver and in
	// any field. Predictions change. 0: none leaves so.
	Idle int
}

// Evict finds the values that leave the model of a checkpoint, or of the directory of a run. The checkpoint stays as it is: a
// run that goes on from it takes the encoding.
func Evict(path string, rule Rule) (*Eviction, error) {
	dir, m, err := checkpoint.Find(path)
	if err != nil {
		return nil, err
	}
	if !m.HasEncoding() || !m.HasState() {
		return nil, fmt.Errorf("%s: %w: eviction needs the vocabulary and the state of the solver", dir, checkpoint.ErrMismatch)
	}
	x, err := checkpoint.ReadEncoding(dir)
	if err != nil {
		return nil, err
	}
	t, err := openTables(dir, m)
	if err != nil {
		return nil, err
	}
	defer t.close()
	return t.evict(x, m.Run.Fields, rule), nil
}

// tables are the rows of all tables of a checkpoint.
type tables struct {
	weights, state *checkpoint.Mapped
	list           []table
	first          []int // row of each field
}

// table is one of them.
type table struct {
	values  []float32
	dim     int
	recency solvers.Recency
}

func openTables(dir string, m *checkpoint.Manifest) (*tables, error) {
	t := &tables{}
	var err error
	if t.weights, err = checkpoint.OpenWeights(dir); err != nil {
		return nil, err
	}
	if t.state, err = checkpoint.OpenState(dir); err != nil {
		t.close()
		return nil, err
	}
	var rows int
	t.first, rows, err = graph.FirstRows(zoo.GraphFields(m.Run.Fields))
	for _, name := range m.Tables {
		if err == nil {
			err = t.add(name, rows)
		}
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func (t *tables) add(name string, rows int) error {
	values, err := checkpoint.View[float32](t.weights, name)
	if err != nil {
		return err
	}
	recency, err := solvers.RecencyOf(func(part string) ([]uint32, error) {
		return checkpoint.View[uint32](t.state, solvers.PartName(name, part))
	})
	if err != nil {
		return err
	}
	if len(values)%rows != 0 || recency.Rows() != rows {
		return t.weights.Damaged("%q has %d values and %d clocks for %d rows", name, len(values), recency.Rows(), rows)
	}
	t.list = append(t.list, table{values, len(values) / rows, recency})
	return nil
}

func (t *tables) close() {
	for _, m := range []*checkpoint.Mapped{t.weights, t.state} {
		if m != nil {
			m.Close()
		}
	}
}

// isZero reports whether a row is zero in every table.
func (t *tables) isZero(row int) bool {
	for _, table := range t.list {
		for _, v := range table.values[row*table.dim : (row+1)*table.dim] {
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// isIdle reports whether a row has been without a gradient for more than so many steps, in every table.
func (t *tables) isIdle(row, steps int) bool {
	for _, table := range t.list {
		if table.recency.Steps-table.recency.LastGradient(row) <= steps {
			return false
		}
	}
	return true
}

// isUntrained reports whether a row never had a gradient.
func (t *tables) isUntrained(row int) bool {
	for _, table := range t.list {
		if table.recency.LastGradient(row) > 0 {
			return false
		}
	}
	return true
}

// evict finds the values that leave.
func (t *tables) evict(x *datasets.Encoding, fields []datasets.Field, rule Rule) *Eviction {
	e := &Eviction{Kept: map[string]string{}}
	leave := make([][]int32, len(fields))
	for i, f := range fields {
		v := x.Vocabularies[i]
		first := t.first[i]
		if first < 0 || f.Shares != "" || v == nil {
			continue
		}
		own := rule
		if why := t.keeps(x, i, first); rule.Vanished && why != "" {
			e.Kept[f.Name], own.Vanished = why, false
		}
		leave[i] = t.leaving(v, first, own, e)
	}
	e.Encoding = x.Without(leave)
	return e
}

// leaving returns the ids of a field that leave, and counts them.
func (t *tables) leaving(v *datasets.Vocabulary, first int, rule Rule, e *Eviction) (ids []int32) {
	for id := int32(1); int(id) < v.Len(); id++ {
		row := first + int(id)
		if v.IsFree(id) {
			continue
		}
		vanished := rule.Vanished && t.isZero(row) && t.isIdle(row, rule.Tail)
		if !vanished && (rule.Idle == 0 || !t.isIdle(row, rule.Idle)) {
			continue
		}
		ids = append(ids, id)
		if e.Evicted++; !vanished {
			e.Idle++
		}
	}
	return ids
}

// keeps returns why the values of a field must stay if no prediction is to change; "" if they can leave.
func (t *tables) keeps(x *datasets.Encoding, field, first int) string {
	name := x.Schema.Fields[field].Name
	for i := range x.Schema.Fields {
		f := &x.Schema.Fields[i]
		isOf := i == field || f.Shares == name
		if isOf && f.Kind == "list" && f.Pooling != "sum" && x.Schema.Fields[field].OutOfVocabulary == "zero" {
			return "the mean of the list " + f.Name + " does not count unknown values"
		}
	}
	switch {
	case x.Schema.Fields[field].OutOfVocabulary == "zero": // unknown values read as nothing
		return ""
	case !t.isUntrained(first):
		return "the row of unknown values is trained: min_count is above 1"
	case !t.isZero(first):
		return "the row of unknown values is not zero yet"
	}
	return ""
}
