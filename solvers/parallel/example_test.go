package parallel_test

import (
	"fmt"
	"sync"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/parallel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"gorgonia.org/gorgonia"
)

// weight is a weight with its gradient, as a node of a graph is to a solver.
type weight struct{ value, grad gorgonia.Value }

func (w weight) Value() gorgonia.Value         { return w.value }
func (w weight) Grad() (gorgonia.Value, error) { return w.grad, nil }

// Two ranks within one process. Each has a table of its own and reads another row of it; after the step
// both tables have both rows changed, by the mean of the gradients.
func Example() {
	tables := make([]*graph.Table, 2)
	var all sync.WaitGroup
	for rank, comm := range ranks.Local(2) {
		all.Go(func() {
			table, err := step(comm)
			if err != nil {
				panic(err)
			}
			tables[rank] = table
		})
	}
	all.Wait()
	for rank, table := range tables {
		fmt.Printf("rank %d: %.2f\n", rank, table.Floats())
	}
	// Output:
	// rank 0: [-0.10 -0.10 0.00]
	// rank 1: [-0.10 -0.10 0.00]
}

// step is what each rank does.
func step(comm ranks.Comm) (*graph.Table, error) {
	adagrad, err := solvers.NewAdagrad(solvers.WithLearnRate(0.1))
	if err != nil {
		return nil, err
	}
	solver, err := parallel.New(adagrad, comm)
	if err != nil {
		return nil, err
	}
	table, err := graph.NewTable("items", 3, 1)
	if err != nil {
		return nil, err
	}
	grad, err := graph.NewRowGrad([]int32{int32(comm.Rank())}, []float32{1}, 1)
	if err != nil {
		return nil, err
	}
	solver.SetWeight(0.5) // of two samples this rank has one
	return table, solver.Step([]gorgonia.ValueGrad{weight{table, grad}})
}
