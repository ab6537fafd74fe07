package ranks_test

import (
	"fmt"
	"sync"

	"github.com/ctrzoo/ctrzoo/solvers/ranks"
)

// Three ranks within one process add up a number each. A program that mpirun starts gets its Comm from
// package mpi instead.
func Example() {
	sums := make([]float32, 3)
	var all sync.WaitGroup
	for _, comm := range ranks.Local(3) {
		all.Go(func() {
			group := ranks.NewGroup(comm)
			x := []float32{float32(10 * (group.Rank() + 1))}
			if err := group.Sum(x); err != nil {
				panic(err)
			}
			sums[group.Rank()] = x[0]
		})
	}
	all.Wait()
	fmt.Println(sums)
	// Output: [60 60 60]
}
