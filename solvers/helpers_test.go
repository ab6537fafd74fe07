package solvers

import (
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// pair is a weight with its gradient, as a node is to a solver.
type pair struct {
	value gorgonia.Value
	grad  gorgonia.Value
}

func (p *pair) Value() gorgonia.Value         { return p.value }
func (p *pair) Grad() (gorgonia.Value, error) { return p.grad, nil }

func must[S gorgonia.Solver](t testing.TB) func(S, error) S {
	t.Helper()
	return func(s S, err error) S {
		require.NoError(t, err)
		return s
	}
}

// made is a solver of the catalog.
func made(t testing.TB, name string, options ...Option) Solver {
	t.Helper()
	e, err := Find(name)
	require.NoError(t, err)
	return must[Solver](t)(e.New(options...))
}

// touch takes a step with a gradient of g in every value of the rows.
func touch(t *testing.T, s Solver, table *graph.Table, g float32, rows ...int32) {
	t.Helper()
	values := make([]float32, len(rows)*table.Dim())
	for i := range values {
		values[i] = g
	}
	table.Settle(rows)
	grad, err := graph.NewRowGrad(rows, values, table.Dim())
	require.NoError(t, err)
	require.NoError(t, s.Step([]gorgonia.ValueGrad{&pair{table, grad}}))
}

// tableOf is a table of equal values.
func tableOf(t *testing.T, rows, dim int, v float32) *graph.Table {
	t.Helper()
	table, err := graph.NewTable("t", rows, dim)
	require.NoError(t, err)
	for i := range table.Floats() {
		table.Floats()[i] = v
	}
	return table
}

func newDense(values ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(1, len(values)), tensor.WithBacking(append([]float32(nil), values...)))
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func format(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
