package parallel

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// batchOfRank is what a rank's share of a batch gives: gradients of a table and of a dense weight.
type batchOfRank struct {
	rows, counts  []int32
	values, dense []float32
	weight        float64
}

// drawShares draws the shares of a batch; the last rank has no samples.
func drawShares(size, rowCount, dim int, rng *rand.Rand) []batchOfRank {
	shares := make([]batchOfRank, size)
	for i := range shares {
		b := &shares[i]
		b.dense = make([]float32, 3)
		if b.weight = 1 / float64(size-1); i == size-1 {
			b.weight = 0
			continue
		}
		for _, row := range rng.Perm(rowCount)[:rng.IntN(rowCount)] {
			b.rows = append(b.rows, int32(row))
			b.counts = append(b.counts, 1+rng.Int32N(4))
		}
		b.values = make([]float32, len(b.rows)*dim)
		for _, x := range [][]float32{b.values, b.dense} {
			for j := range x {
				x[j] = float32(rng.NormFloat64())
			}
		}
	}
	return shares
}

// secondPasses are other gradients of the same rows.
func secondPasses(first []batchOfRank, rng *rand.Rand) []batchOfRank {
	second := slices.Clone(first)
	for i := range second {
		second[i].values = make([]float32, len(first[i].values))
		for j := range second[i].values {
			second[i].values[j] = float32(rng.NormFloat64())
		}
	}
	return second
}

// merged is the mean over the shares: the formula that Parallel is checked against.
func merged(shares []batchOfRank, rowCount, dim int) batchOfRank {
	m := batchOfRank{dense: make([]float32, 3)}
	place := make([]int, rowCount)
	for _, b := range shares {
		w := float32(b.weight)
		for j, v := range b.dense {
			m.dense[j] += w * v
		}
		for i, row := range b.rows {
			if place[row] == 0 {
				m.rows, m.counts = append(m.rows, row), append(m.counts, 0)
				m.values = append(m.values, make([]float32, dim)...)
				place[row] = len(m.rows)
			}
			m.counts[place[row]-1] += b.counts[i]
			for j := range dim {
				m.values[(place[row]-1)*dim+j] += w * b.values[i*dim+j]
			}
		}
	}
	return m
}

// made is a solver of the catalog, in its first epoch.
func made(t *testing.T, name string, options ...solvers.Option) solvers.Solver {
	t.Helper()
	e, err := solvers.Find(name)
	require.NoError(t, err)
	s, err := e.New(options...)
	require.NoError(t, err)
	if e, is := solvers.As[solvers.EpochStarter](s); is {
		e.StartEpoch(1, nil)
	}
	return s
}

// follower is a process that trains a table and a dense weight.
type follower struct {
	solver solvers.Solver
	table  *graph.Table
	dense  *tensor.Dense
}

func newFollower(t *testing.T, s solvers.Solver) *follower {
	f := &follower{solver: s, table: fake.Table(t, 20, 4, 0), dense: fake.Dense(1, 2, 3)}
	f.table.Initialize(graph.Normal(0.1), rand.New(rand.NewPCG(5, 6)))
	state, is := solvers.As[solvers.Stateful](s)
	require.True(t, is)
	_, err := state.State(f.table) // from now on reading settles
	require.NoError(t, err)
	return f
}

// read is what Lookup does.
func (f *follower) read(rows []int32) { f.table.Settle(rows) }

// step is a step with the gradients of one pass, or of two.
func (f *follower) step(first, second batchOfRank) error {
	model, err := f.model(first)
	if err != nil {
		return err
	}
	if passes, is := solvers.As[solvers.TwoPass](f.solver); is {
		if err := passes.Perturb(model); err != nil {
			return err
		}
		if model, err = f.model(second); err != nil {
			return err
		}
	}
	return f.solver.Step(model)
}

func (f *follower) model(b batchOfRank) ([]gorgonia.ValueGrad, error) {
	g, err := graph.NewRowGrad(b.rows, append([]float32(nil), b.values...), f.table.Dim())
	if err == nil {
		g.Counts = b.counts
	}
	return []gorgonia.ValueGrad{fake.Of(f.table, g), fake.Of(f.dense, fake.Dense(b.dense...))}, err
}

// drawPasses draws the shares of the two passes of each step, those of the second after those of the first.
func drawPasses(steps, size, rowCount, dim int) [][]batchOfRank {
	rng := rand.New(rand.NewPCG(1, 2))
	shares := make([][]batchOfRank, 2*steps)
	for k := 0; k < len(shares); k += 2 {
		shares[k] = drawShares(size, rowCount, dim, rng)
		shares[k+1] = secondPasses(shares[k], rng)
	}
	return shares
}

// trainTogether lets each follower be a rank of a job, which takes a step with each two of the passes.
func trainTogether(t *testing.T, followers []*follower, passes [][]batchOfRank) {
	t.Helper()
	errs := fake.OnRanks(len(followers), func(r *ranks.Group) error {
		f := followers[r.Rank()]
		p, err := New(f.solver, r)
		if err != nil {
			return err
		}
		f.solver = p
		for k := 0; k < len(passes); k += 2 {
			own := passes[k][r.Rank()]
			f.read(own.rows)
			p.SetWeight(own.weight)
			if err := f.step(own, passes[k+1][r.Rank()]); err != nil {
				return err
			}
		}
		p.SettleAll()
		return nil
	})
	require.NoError(t, errors.Join(errs...))
}
