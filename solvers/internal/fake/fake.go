// Package fake holds weights and gradients that no graph has made, and ranks that are goroutines, for the
// tests of solvers.
package fake

import (
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Pair is a weight with its gradient, as a node is to a solver.
type Pair struct {
	Weight   gorgonia.Value
	Gradient gorgonia.Value
}

// Of returns a weight with its gradient.
func Of(weight, gradient gorgonia.Value) *Pair { return &Pair{weight, gradient} }

// Value implements gorgonia.Valuer.
func (p *Pair) Value() gorgonia.Value { return p.Weight }

// Grad implements gorgonia.ValueGrad.
func (p *Pair) Grad() (gorgonia.Value, error) { return p.Gradient, nil }

// Table returns a table of equal values.
func Table(t testing.TB, rows, dim int, v float32) *graph.Table {
	t.Helper()
	table, err := graph.NewTable("t", rows, dim)
	require.NoError(t, err)
	for i := range table.Floats() {
		table.Floats()[i] = v
	}
	return table
}

// Dense returns a tensor (1, len(values)) with a copy of values.
func Dense(values ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(1, len(values)), tensor.WithBacking(append([]float32(nil), values...)))
}

// OnRanks calls f for each rank of a job, at the same time, and returns the errors.
func OnRanks(size int, f func(r *ranks.Group) error) []error {
	errs := make([]error, size)
	var all sync.WaitGroup
	for rank, comm := range ranks.Local(size) {
		all.Go(func() { errs[rank] = f(ranks.NewGroup(comm)) })
	}
	all.Wait()
	return errs
}
