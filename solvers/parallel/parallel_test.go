package parallel

import (
	"errors"
	"fmt"
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

// Every rank takes the steps that one process takes with the mean gradients, to the bit, though it reads, and so
// settles early, only the rows of its own share.
func TestParallelEqualsTheSolverOnTheMeanGradient(t *testing.T) {
	const size, rowCount, dim, steps = 3, 20, 4, 60
	for _, e := range solvers.Entries() {
		t.Run(e.Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			shares := make([][]batchOfRank, 2*steps) // those of second passes after those of first
			for k := 0; k < len(shares); k += 2 {
				shares[k] = drawShares(size, rowCount, dim, rng)
				shares[k+1] = secondPasses(shares[k], rng)
			}
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
			errs := fake.OnRanks(size, func(r *ranks.Group) error {
				f := followers[r.Rank()]
				p, err := New(f.solver, r)
				if err != nil {
					return err
				}
				f.solver = p
				for k := range steps {
					own, second := shares[2*k][r.Rank()], shares[2*k+1][r.Rank()]
					f.read(own.rows)
					p.SetWeight(own.weight)
					if err := f.step(own, second); err != nil {
						return err
					}
				}
				p.SettleAll()
				return nil
			})
			require.NoError(t, errors.Join(errs...))
			for i, f := range followers {
				require.Equal(t, one.table.Floats(), f.table.Floats(), "rank %d", i)
				require.Equal(t, one.dense.Float32s(), f.dense.Float32s(), "rank %d", i)
			}
		})
	}
}

// The same with the rows spread over the ranks: each rank has the rows that it holds, and reads what one process
// reads.
func TestSpreadRowsEqualWholeOnes(t *testing.T) {
	const size, rowCount, dim, steps = 3, 20, 4, 60
	for _, e := range solvers.Entries() {
		t.Run(e.Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			one := newFollower(t, made(t, e.Name))
			followers := make([]*follower, size)
			for i := range followers {
				followers[i] = newShardFollower(t, made(t, e.Name), graph.Shard{Rank: i, Size: size})
			}
			batches := make([][]batchOfRank, steps)
			read := make([][]float32, steps) // by one process, all rows of the batch
			for k := range batches {
				batches[k] = drawShares(size, rowCount, dim, rng)
			}
			if solvers.CheckSpread(one.solver) == nil {
				for k, shares := range batches {
					all := merged(shares, rowCount, dim)
					one.read(all.rows)
					for row := range rowCount {
						read[k] = append(read[k], one.table.Floats()[row*dim:(row+1)*dim]...)
					}
					require.NoError(t, one.step(all, batchOfRank{}))
				}
			}
			errs := fake.OnRanks(size, func(r *ranks.Group) error {
				f := followers[r.Rank()]
				p, err := New(f.solver, r)
				if err != nil {
					return err
				}
				f.solver = p
				if err := p.Spread(f.table); err != nil {
					return err
				}
				fetcher := p.tables[f.table].(graph.Fetcher)
				for k, shares := range batches {
					own := shares[r.Rank()]
					values, err := fetcher.Fetch(own.rows)
					if err != nil {
						return err
					}
					for i, row := range own.rows {
						if got, want := values[i*dim:(i+1)*dim], read[k][int(row)*dim:(int(row)+1)*dim]; !slices.Equal(got, want) {
							return fmt.Errorf("step %d: rank %d reads row %d as %v, one process as %v", k, r.Rank(), row, got, want)
						}
					}
					p.SetWeight(own.weight)
					if err := f.step(own, batchOfRank{}); err != nil {
						return err
					}
				}
				p.SettleAll()
				return nil
			})
			if solvers.CheckSpread(one.solver) != nil {
				for _, err := range errs {
					require.ErrorIs(t, err, ErrSpread)
				}
				return
			}
			require.NoError(t, errors.Join(errs...))
			one.solver.SettleAll()
			for row := range rowCount {
				held := followers[row%size].table.Floats()[row/size*dim:]
				require.Equal(t, one.table.Floats()[row*dim:(row+1)*dim], held[:dim], "row %d", row)
			}
		})
	}
}

// newShardFollower has a shard of the table of newFollower.
func newShardFollower(t *testing.T, s solvers.Solver, shard graph.Shard) *follower {
	t.Helper()
	w := graph.NewWeights(rand.New(rand.NewPCG(5, 6)))
	w.SetShard(shard)
	b := graph.NewBuilder(1, []graph.Field{{Name: "f", Rows: 20}}, w)
	b.EmbeddingInit = graph.Normal(0.1)
	b.Table("t", 4)
	require.NoError(t, b.Err())
	return &follower{solver: s, table: w.Get("t").Table, dense: fake.Dense(1, 2, 3)}
}

func TestSpreadRefusesTheTableOfAnotherRank(t *testing.T) {
	f := newShardFollower(t, made(t, "adam"), graph.Shard{Rank: 1, Size: 2})
	p, err := New(f.solver, ranks.Local(2)[0])
	require.NoError(t, err)
	require.ErrorIs(t, p.Spread(f.table), ErrSpread)
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
