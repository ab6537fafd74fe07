package parallel

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
)

// Every rank takes the steps that one process takes with the mean gradients, to the bit, though it reads, and so
// settles early, only the rows of its own share.
func TestParallelEqualsTheSolverOnTheMeanGradient(t *testing.T) {
	const size, rowCount, dim, steps = 3, 20, 4, 60
	for _, e := range solvers.Entries() {
		t.Run(e.Name, func(t *testing.T) {
			shares := drawPasses(steps, size, rowCount, dim)
			one := newFollower(t, made(t, e.Name))
			for k := range steps {
				one.read(merged(shares[2*k], rowCount, dim).rows)
				require.NoError(t, one.step(merged(shares[2*k], rowCount, dim), merged(shares[2*k+1], rowCount, dim)))
			}
			one.solver.SettleAll()
			followers := make([]*follower, size)
			for i := range followers {
				followers[i] = newFollower(t, made(t, e.Name))
			}
			trainTogether(t, followers, shares)
			for i, f := range followers {
				require.Equal(t, one.table.Floats(), f.table.Floats(), "rank %d", i)
				require.Equal(t, one.dense.Float32s(), f.dense.Float32s(), "rank %d", i)
			}
		})
	}
}

func TestParallelHasTwoPassesIfItsSolverHas(t *testing.T) {
	p, err := New(made(t, "adam"), ranks.Local(1)[0])
	require.NoError(t, err)
	_, twice := solvers.As[solvers.TwoPass](p)
	require.False(t, twice)
	p, err = New(made(t, "sam"), ranks.Local(1)[0])
	require.NoError(t, err)
	_, twice = solvers.As[solvers.TwoPass](p)
	require.True(t, twice)
	_, err = New(nil, ranks.Local(1)[0])
	require.ErrorIs(t, err, solvers.ErrOption)
}

func TestAParallelStepAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs the short tests, allocates for itself")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	shares := drawShares(2, 20, 4, rng)
	const steps = 200
	var allocations float64
	errs := fake.OnRanks(2, func(r *ranks.Group) error {
		f := newFollower(t, made(t, "adamar"))
		p, err := New(f.solver, r)
		if err != nil {
			return err
		}
		model, err := f.model(shares[r.Rank()])
		if err != nil {
			return err
		}
		step := func() { err = errors.Join(err, p.Step(model)) }
		for range 20 {
			step()
		}
		if r.Rank() == 0 {
			allocations = testing.AllocsPerRun(steps, step) // of the whole process
			return err
		}
		for range steps + 1 {
			step()
		}
		return err
	})
	require.NoError(t, errors.Join(errs...))
	require.Less(t, allocations, 1.0)
}
