package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrID is wrapped by the error of a lookup whose id is outside its field's rows.
var ErrID = errors.New("id out of range")

// Index is what the lookups of a batch share: the table row of every place in the id matrix, and
// the distinct rows among them. As a tensor it is the (batch, columns) matrix of table rows.
// It is made by an operation on the id matrix, once a run, however many tables are read with it.
type Index struct {
	*tensor.Dense
	layout *layout
	batch  int
	// rows are the distinct rows in order of first occurrence.
	rows []int32
	// places holds, for each place of the id matrix, the number of its row in rows; -1 if absent.
	places []int32
	// starts and order group the places by row: those of rows[i] are order[starts[i]:starts[i+1]],
	// in ascending order, so that sums over them do not depend on how the work is shared out.
	starts, order []int32
	// scales holds, for each sample and slot, what the pooled rows are multiplied by.
	scales []float32
	table  *hashTable
}

// newIndex makes room for a batch; nothing is allocated later.
func newIndex(batch int, l *layout) *Index {
	n := batch * len(l.columns)
	return &Index{
		Dense:  tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(batch, len(l.columns))),
		layout: l,
		batch:  batch,
		rows:   make([]int32, 0, n),
		places: make([]int32, n),
		starts: make([]int32, n+1),
		order:  make([]int32, n),
		scales: make([]float32, batch*len(l.slots)),
		table:  newHashTable(n),
	}
}

// Rows are the distinct table rows of the batch, in order of first occurrence.
func (x *Index) Rows() []int32 { return x.rows }

// Materialize returns the index itself: Gorgonia would otherwise take the tensor inside.
func (x *Index) Materialize() tensor.Tensor { return x }

// Format prints the size of the index instead of all its values.
func (x *Index) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "Index(%d distinct rows of %d places)", len(x.rows), len(x.places))
}

// build reads an id matrix.
func (x *Index) build(ids []int32) error {
	if err := x.resolve(ids); err != nil {
		return err
	}
	x.group()
	x.scale()
	return nil
}

// resolve finds the table row of every id, and the distinct rows.
func (x *Index) resolve(ids []int32) error {
	x.table.clear()
	x.rows = x.rows[:0]
	tableRows := x.Int32s()
	columns := x.layout.columns
	for p := range ids {
		c := &columns[p%len(columns)]
		id := ids[p]
		if uint32(id) >= uint32(c.rows) {
			if id != Absent {
				return fmt.Errorf("field %q, sample %d, column %d: %w: %d is not in [0, %d)", c.field, p/len(columns), p%len(columns), ErrID, id, c.rows)
			}
			tableRows[p], x.places[p] = Absent, -1
			continue
		}
		row := c.offset + id
		place, isNew := x.table.place(row, int32(len(x.rows)))
		if isNew {
			x.rows = append(x.rows, row)
		}
		tableRows[p], x.places[p] = row, place
	}
	return nil
}

// group sorts the places by row (a counting sort, which keeps their order).
func (x *Index) group() {
	starts := x.starts[:len(x.rows)+1]
	clear(starts)
	for _, place := range x.places {
		if place >= 0 {
			starts[place]++
		}
	}
	var sum int32
	for i, count := range starts {
		sum += count
		starts[i] = sum
	}
	for p := len(x.places) - 1; p >= 0; p-- {
		if place := x.places[p]; place >= 0 {
			starts[place]--
			x.order[starts[place]] = int32(p)
		}
	}
}

// scale counts the ids that are present in each pooled slot.
func (x *Index) scale() {
	slots, columns := x.layout.slots, len(x.layout.columns)
	for s, slot := range slots {
		for b := range x.batch {
			scale := float32(1)
			if slot.mean {
				scale = meanScale(x.places[b*columns+int(slot.from) : b*columns+int(slot.to)])
			}
			x.scales[b*len(slots)+s] = scale
		}
	}
}

// meanScale is one over the number of places that are present, or 1.
func meanScale(places []int32) float32 {
	present := 0
	for _, place := range places {
		if place >= 0 {
			present++
		}
	}
	return 1 / float32(max(1, present))
}

// indexNode adds the operation that makes the Index of an id matrix.
func indexNode(ids *gorgonia.Node, l *layout) (*gorgonia.Node, error) {
	if ids.Dims() != 2 || ids.Dtype() != tensor.Int32 || ids.Shape()[1] != len(l.columns) {
		return nil, fmt.Errorf("graph: ids must be an int32 matrix of %d columns, got %v %v", len(l.columns), ids.Dtype(), ids.Shape())
	}
	index := newIndex(ids.Shape()[0], l)
	o := &op{name: "index", shape: ids.Shape().Clone(), output: typeOf(2, tensor.Int32)}
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		dense, ok := in[0].(*tensor.Dense)
		if !ok || dense.Dtype() != tensor.Int32 {
			return nil, fmt.Errorf("ids must be a dense int32 matrix, got %T", in[0])
		}
		return index, index.build(dense.Int32s())
	}
	return o.apply(ids)
}
