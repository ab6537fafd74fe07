package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// samplesPerTile and rowsPerTile are how many samples or rows of a lookup a core takes at a time.
const (
	samplesPerTile = 32
	rowsPerTile    = 256
)

// Lookup returns rows of a table: table (rows, dim) and ids (batch, fields) int32 give (batch, fields*dim).
// Every column of ids addresses the whole table. The gradient with respect to the table is a RowGrad. An id
// outside [0, rows) is an error (ErrID) that names column, sample and id; Absent reads as zeros.
//
// The table's node must be bound to a *Table.
func Lookup(table, ids *gorgonia.Node) (*gorgonia.Node, error) {
	if table.Dims() != 2 || ids.Dims() != 2 {
		return nil, fmt.Errorf("graph: lookup needs a table and ids that are matrices, got %v and %v", table.Shape(), ids.Shape())
	}
	l := &layout{rows: table.Shape()[0]}
	for range ids.Shape()[1] {
		l.add(column{field: table.Name(), rows: int32(l.rows)}, 1, false)
	}
	index, err := indexNode(ids, l)
	if err != nil {
		return nil, err
	}
	return lookup(table, index, l)
}

// lookup returns the rows of a table by an index: (batch, slots*dim).
func lookup(table, index *gorgonia.Node, l *layout) (*gorgonia.Node, error) {
	if table.Shape()[0] != l.rows {
		return nil, fmt.Errorf("graph: table %q has %d rows, its fields have %d", table.Name(), table.Shape()[0], l.rows)
	}
	batch, dim := index.Shape()[0], table.Shape()[1]
	shape := tensor.Shape{batch, len(l.slots) * dim}
	out := tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
	g := &gather{out: out.Float32s(), dim: dim}
	tile := g.tile // one function value for all runs, so that a run allocates nothing
	o := &op{name: "lookup " + table.Name(), kind: OpLookup, shape: shape, gradOf: []bool{true, false}}
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		t, isTable := in[0].(*Table)
		x, isIndex := in[1].(*Index)
		if !isTable || !isIndex {
			return nil, fmt.Errorf("want a *graph.Table and a *graph.Index, got %T and %T", in[0], in[1])
		}
		var err error
		if g.table, g.rows, err = t.read(x); err != nil {
			return nil, err
		}
		g.index = x
		kernel.Parallel(batch, samplesPerTile, tile)
		return out, nil
	}
	o.symDiff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		d, err := rowGradNode(in[0], in[1], grad)
		return gorgonia.Nodes{d, nil}, err
	}
	return o.as(func(f Form, in []string) string { return l.lookupForm(f, in[0], in[1], dim) }).apply(table, index)
}

// gather copies or pools table rows to the output of a lookup.
type gather struct {
	table, out []float32
	rows       []int32 // of table, for each place of the index
	index      *Index
	dim        int
}

func (g *gather) tile(from, to int) {
	x, dim := g.index, g.dim
	if n := len(x.layout.columns); !x.layout.pools() {
		kernel.Gather(g.out[from*n*dim:to*n*dim], g.table, dim, g.rows[from*n:to*n])
		return
	}
	slots, columns := x.layout.slots, len(x.layout.columns)
	for b := from; b < to; b++ {
		for s, slot := range slots {
			dst := g.out[(b*len(slots)+s)*dim:][:dim]
			places := g.rows[b*columns+int(slot.from) : b*columns+int(slot.to)]
			if len(places) == 1 && places[0] != Absent {
				copy(dst, g.table[int(places[0])*dim:][:dim])
				continue
			}
			g.pool(dst, places, x.scales[b*len(slots)+s])
		}
	}
}

// pool writes the scaled sum of the rows that are present.
func (g *gather) pool(dst []float32, places []int32, scale float32) {
	clear(dst)
	for _, row := range places {
		if row != Absent {
			kernel.Axpy(dst, g.table[int(row)*g.dim:][:g.dim], scale)
		}
	}
}

// rowGradNode adds the operation that sums the gradient of a lookup's output by table row.
func rowGradNode(table, index, grad *gorgonia.Node) (*gorgonia.Node, error) {
	dim := table.Shape()[1]
	most := max(1, index.Shape().TotalSize())
	out, counts := newRowGrad(most, dim), make([]int32, most)
	s := &scatter{out: out}
	tile := s.tile
	o := &op{name: "lookup gradient " + table.Name(), shape: table.Shape().Clone()}
	var scratch [1]float32
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		x, ok := in[0].(*Index)
		if !ok {
			return nil, fmt.Errorf("want a *graph.Index, got %T", in[0])
		}
		var err error
		if s.grad, err = floats(in[1], &scratch); err != nil {
			return nil, err
		}
		s.index = x
		out.Rows, out.Counts, out.Values = x.rows, counts[:len(x.rows)], out.buffer[:len(x.rows)*dim]
		kernel.Parallel(len(x.rows), rowsPerTile, tile)
		return out, nil
	}
	return o.apply(index, grad)
}

// scatter sums the gradients of the places of each row, in the order of the places.
type scatter struct {
	out   *RowGrad
	grad  []float32
	index *Index
}

func (s *scatter) tile(from, to int) {
	x, dim := s.index, s.out.Dim
	for i := from; i < to; i++ {
		s.out.Counts[i] = x.starts[i+1] - x.starts[i]
	}
	if !x.layout.pools() {
		kernel.SumRows(s.out.Values[from*dim:to*dim], s.grad, dim, x.starts[from:to+1], x.order)
		return
	}
	for i := from; i < to; i++ {
		dst := s.out.Values[i*dim:][:dim]
		clear(dst)
		for _, at := range x.order[x.starts[i]:x.starts[i+1]] {
			kernel.Axpy(dst, s.grad[int(at)*dim:][:dim], x.scales[at])
		}
	}
}
