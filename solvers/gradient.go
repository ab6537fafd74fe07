package solvers

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gradient returns the values of the gradient of a weight: for a table those of the rows of a *graph.RowGrad,
// else those of a dense float32 tensor. A gradient that does not fit its weight is an error that wraps
// ErrWeight.
func Gradient(n gorgonia.ValueGrad) ([]float32, error) {
	grad, err := n.Grad()
	if err != nil {
		return nil, err
	}
	switch w := n.Value().(type) {
	case *graph.Table:
		return RowGradient(w, grad, w.Rows())
	case *tensor.Dense:
		g, isDense := grad.(*tensor.Dense)
		if !isDense || !flat(w) || !flat(g) || !w.Shape().Eq(g.Shape()) {
			return nil, fmt.Errorf("%w: %v %v with gradient %T %v", ErrWeight, w.Dtype(), w.Shape(), grad, grad.Shape())
		}
		return g.Float32s(), nil
	}
	return nil, fmt.Errorf("%w: %T with gradient %T", ErrWeight, n.Value(), grad)
}

// RowGradient is Gradient for a table. The gradient may have rows below a number: Rows of the table, or its
// TotalRows if every rank of a job holds some of them.
func RowGradient(w *graph.Table, grad gorgonia.Value, rows int) ([]float32, error) {
	g, isRows := grad.(*graph.RowGrad)
	if !isRows || g.Dim != w.Dim() || len(g.Values) != len(g.Rows)*g.Dim {
		return nil, fmt.Errorf("%w: table %q of dimension %d with gradient %T %v", ErrWeight, w.Name(), w.Dim(), grad, grad)
	}
	for _, row := range g.Rows {
		if uint(row) >= uint(rows) {
			return nil, fmt.Errorf("%w: table %q of %d rows with a gradient of row %d", ErrWeight, w.Name(), rows, row)
		}
	}
	return g.Values, nil
}

// flat reports whether a tensor is a run of float32 in memory.
func flat(t *tensor.Dense) bool {
	return t.Dtype() == tensor.Float32 && !t.RequiresIterator() && t.Shape().TotalSize() > 0
}
