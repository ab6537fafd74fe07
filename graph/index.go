package graph

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrID is wrapped by the error of a lookup whose id is outside its field's rows.
var ErrID = errors.New("id out of range")

// Index is what the lookups of a batch share: the table row of every place in the id matrix, and
// the distinct rows among them. As a tensor it is the (batch, columns) matrix of table rows. An operation on
// the id matrix makes it, once a run, however many tables are read with it.
type Index struct {
	*tensor.Dense
	layout *layout
	batch  int
	// rows are the distinct rows, group by group, in order of first occurrence in their group.
	rows []int32
	// places holds, column by column, the position in rows of the row of every id; -1 if it is absent.
	places []int32
	// starts and order say where each row occurs: rows[i] in the vectors order[starts[i]:starts[i+1]] of
	// a lookup's output, in ascending order, so that sums over them do not depend on how cores share the
	// work.
	starts, order []int32
	// scales holds, for each vector of a lookup's output, the factor of the pooled rows.
	scales []float32

	groups []*indexGroup
	ids    []int32
	// the work on samples and on groups, bound once
	address, resolve, group func(from, to int)
}

// newIndex makes room for a batch; later runs allocate nothing.
func newIndex(batch int, l *layout) *Index {
	n := batch * len(l.columns)
	x := &Index{
		Dense:  tensor.New(tensor.Of(tensor.Int32), tensor.WithShape(batch, len(l.columns))),
		layout: l,
		batch:  batch,
		rows:   make([]int32, 0, n),
		places: make([]int32, n),
		starts: make([]int32, n+1),
		order:  make([]int32, n),
		scales: make([]float32, batch*len(l.slots)),
	}
	for _, columns := range l.groups {
		x.groups = append(x.groups, newIndexGroup(x, columns))
	}
	x.address, x.resolve, x.group = x.addressSamples, x.resolveGroups, x.groupPlaces
	for i := range x.scales {
		x.scales[i] = 1
	}
	return x
}

// Rows returns the distinct table rows of the batch, field by field, in order of first occurrence.
func (x *Index) Rows() []int32 { return x.rows }

// Materialize returns the index itself; without it Gorgonia would take the tensor inside.
func (x *Index) Materialize() tensor.Tensor { return x }

// Format prints the size of the index instead of all its values.
func (x *Index) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "Index(%d distinct rows of %d places)", len(x.rows), len(x.places))
}

// idsPerTile is about how many ids are worth a core of their own: one core reads fewer sooner.
const idsPerTile = 1024

// build reads an id matrix. Groups of columns have no rows in common, so cores read them side by side.
func (x *Index) build(ids []int32) error {
	x.ids = ids
	groupsPerTile := max(1, idsPerTile/x.batch)
	kernel.Parallel(len(x.groups), groupsPerTile, x.resolve)
	if err := x.firstError(); err != nil {
		return err
	}
	x.rows = x.rows[:0]
	places := 0
	for _, g := range x.groups {
		g.firstRow, g.firstPlace = len(x.rows), places
		x.rows = append(x.rows, g.rows...)
		places += g.present
	}
	x.starts[len(x.rows)] = int32(places)
	kernel.Parallel(len(x.groups), groupsPerTile, x.group)
	kernel.Parallel(x.batch, samplesPerTile, x.address)
	return nil
}

// placesOf returns the places of a column.
func (x *Index) placesOf(column int32) []int32 {
	return x.places[int(column)*x.batch : int(column+1)*x.batch]
}

func (x *Index) resolveGroups(from, to int) {
	table := hashTables.Get().(*hashTable)
	for _, g := range x.groups[from:to] {
		g.resolve(table)
	}
	hashTables.Put(table)
}

func (x *Index) groupPlaces(from, to int) {
	for _, g := range x.groups[from:to] {
		g.group()
	}
}

// firstError returns the error of the first place whose id is not in its field.
func (x *Index) firstError() error {
	first := len(x.ids)
	for _, g := range x.groups {
		first = min(first, g.bad)
	}
	if first == len(x.ids) {
		return nil
	}
	n := len(x.layout.columns)
	c := x.layout.columns[first%n]
	return fmt.Errorf("field %q, sample %d, column %d: %w: %d is not in [0, %d)", c.field, first/n, first%n, ErrID, x.ids[first], c.rows)
}

// addressSamples finds the table row of every id, and the scales of the means.
func (x *Index) addressSamples(from, to int) {
	columns, slots := x.layout.columns, x.layout.slots
	for sample := from; sample < to; sample++ {
		rows := x.Int32s()[sample*len(columns) : (sample+1)*len(columns)]
		for c, id := range x.ids[sample*len(columns):][:len(columns)] {
			if rows[c] = Absent; id != Absent {
				rows[c] = columns[c].offset + id
			}
		}
		for s, slot := range slots {
			if slot.mean {
				x.scales[sample*len(slots)+s] = meanScale(rows[slot.from:slot.to])
			}
		}
	}
}

// meanScale returns one over the number of rows that are present, or 1.
func meanScale(rows []int32) float32 {
	present := 0
	for _, row := range rows {
		if row != Absent {
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
	o := &op{name: "index", kind: OpIndex, shape: ids.Shape().Clone(), output: typeOf(2, tensor.Int32)}
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		dense, ok := in[0].(*tensor.Dense)
		if !ok || dense.Dtype() != tensor.Int32 {
			return nil, fmt.Errorf("ids must be a dense int32 matrix, got %T", in[0])
		}
		return index, index.build(dense.Int32s())
	}
	return o.as(l.indexForm).apply(ids)
}
