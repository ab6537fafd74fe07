package solvers

import (
	"strconv"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

func must[S gorgonia.Solver](t testing.TB) func(S, error) S {
	t.Helper()
	return func(s S, err error) S {
		require.NoError(t, err)
		return s
	}
}

// made is a solver of the catalog, in its first epoch.
func made(t testing.TB, name string, options ...Option) Solver {
	t.Helper()
	e, err := Find(name)
	require.NoError(t, err)
	return started(must[Solver](t)(e.New(options...)))
}

// started begins the first epoch.
func started(s Solver) Solver {
	if e, is := As[EpochStarter](s); is {
		e.StartEpoch(1, nil)
	}
	return s
}

// as is a capability that a solver must have.
func as[T any](t testing.TB, s Solver) T {
	t.Helper()
	found, is := As[T](s)
	require.True(t, is, "%v", s)
	return found
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
	require.NoError(t, s.Step([]gorgonia.ValueGrad{fake.Of(table, grad)}))
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func format(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
