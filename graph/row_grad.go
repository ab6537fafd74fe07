package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// RowGrad is the gradient of a Table: the rows that a batch touched, and for each the sum of its
// gradients. It is what gorgonia.Grad yields for a table's node and what a solver gets in Step.
//
// A RowGrad is a gorgonia.Value and a tensor.Tensor, so that Gorgonia carries it like any other gradient,
// and adds up those of a table that is looked up more than once. Its shape as a tensor is that of its
// buffer, (most rows a batch can touch, dim), of which the first len(Rows) rows count. It is valid until
// the next run of its graph.
type RowGrad struct {
	*tensor.Dense
	// Rows are the distinct rows, in the order of their first occurrence in the batch.
	Rows []int32
	// Values are the summed gradients, len(Rows) x Dim, in the order of Rows.
	Values []float32
	// Counts are how often each of Rows occurred in the batch; nil means once.
	Counts []int32
	// Dim is the number of values in a row.
	Dim int

	buffer []float32
}

// Count returns how often row i of Rows occurred in the batch.
func (g *RowGrad) Count(i int) int {
	if g.Counts == nil {
		return 1
	}
	return int(g.Counts[i])
}

func newRowGrad(capacity, dim int) *RowGrad {
	buffer := make([]float32, capacity*dim)
	return &RowGrad{
		Dense:  tensor.New(tensor.WithShape(capacity, dim), tensor.WithBacking(buffer), tensor.WithEngine(rowEngine{})),
		Dim:    dim,
		buffer: buffer,
	}
}

// NewRowGrad makes a gradient from distinct rows and their values (len(rows) x dim), for a solver that is
// used without a graph, or that combines gradients. It keeps both slices.
func NewRowGrad(rows []int32, values []float32, dim int) (*RowGrad, error) {
	if dim < 1 || len(values) != len(rows)*dim {
		return nil, fmt.Errorf("graph: row gradient: %d rows of %d values, got %d values", len(rows), dim, len(values))
	}
	g := newRowGrad(max(1, len(rows)), dim)
	g.Rows, g.Values = rows, values
	return g, nil
}

// Materialize returns the gradient itself; without it Gorgonia would take the tensor inside.
func (g *RowGrad) Materialize() tensor.Tensor { return g }

// Clone copies the buffer to an ordinary tensor, as gorgonia.CloneValue demands of every tensor.
func (g *RowGrad) Clone() any { return g.Dense.Clone() }

// Format prints the size of the gradient instead of all its values.
func (g *RowGrad) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "RowGrad(%d rows x %d)", len(g.Rows), g.Dim)
}

// plus returns a new gradient, the sum of g and h.
func (g *RowGrad) plus(h *RowGrad) *RowGrad {
	sum := NewRowSum(g.Dim)
	sum.Reset(len(g.Rows) + len(h.Rows))
	sum.Add(g.Rows, g.Counts, g.Values)
	sum.Add(h.Rows, h.Counts, h.Values)
	return sum.Grad()
}

// rowEngine is the tensor engine of a RowGrad. Gorgonia adds the gradients of a node that is used
// twice with its engine's Add.
type rowEngine struct{ tensor.StdEng }

func (rowEngine) Add(a, b tensor.Tensor, _ ...tensor.FuncOpt) (tensor.Tensor, error) {
	x, isRow := a.(*RowGrad)
	y, isToo := b.(*RowGrad)
	if !isRow || !isToo || x.Dim != y.Dim {
		return nil, fmt.Errorf("graph: cannot add %T and %T", a, b)
	}
	return x.plus(y), nil
}
