package parallel

import (
	"fmt"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
)

// opaque and open are wrappers of a user, without and with Unwrap.
type opaque struct{ solvers.Solver }

type open struct{ solvers.Solver }

func (o open) Unwrap() solvers.Solver { return o.Solver }

// A wrapper around a solver that needs counts of rows, or two passes, takes the steps of the bare solver.
func TestWrappersTakeTheStepsOfTheBareSolver(t *testing.T) {
	const rowCount, dim, steps = 20, 4, 40
	wrappers := map[string]func(solvers.Solver) solvers.Solver{
		"bare":   func(s solvers.Solver) solvers.Solver { return s },
		"open":   func(s solvers.Solver) solvers.Solver { return open{open{s}} },
		"opaque": func(s solvers.Solver) solvers.Solver { return opaque{s} },
	}
	for _, c := range []struct {
		solver string
		size   int
	}{{"cowclip", 2}, {"cowclip", 4}, {"fal", 2}, {"fal", 4}, {"sam", 2}, {"sam", 4}} {
		t.Run(fmt.Sprint(c.solver, c.size), func(t *testing.T) {
			shares := drawPasses(steps, c.size, rowCount, dim)
			trained := map[string][]*follower{}
			for name, wrap := range wrappers {
				if c.solver == "sam" && name == "opaque" {
					continue // an error, as a test of package solvers shows
				}
				for range c.size {
					bare := newFollower(t, made(t, c.solver))
					bare.solver = wrap(bare.solver)
					trained[name] = append(trained[name], bare)
				}
				trainTogether(t, trained[name], shares)
			}
			for name, all := range trained {
				for rank, f := range all {
					require.Equal(t, trained["bare"][0].table.Floats(), f.table.Floats(), "%s, rank %d", name, rank)
					require.Equal(t, trained["bare"][0].dense.Float32s(), f.dense.Float32s(), "%s, rank %d", name, rank)
				}
			}
		})
	}
}
