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
)

// Ranks over which the rows are spread take the steps of one process: each rank has the rows that it holds, and
// reads what one process reads.
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

// A wrapper that does not say that it can step shards is refused.
func TestSpreadRefusesAWrapperThatSaysNothing(t *testing.T) {
	for _, wrap := range []func(solvers.Solver) solvers.Solver{
		func(s solvers.Solver) solvers.Solver { return open{s} },
		func(s solvers.Solver) solvers.Solver { return opaque{s} },
	} {
		f := newShardFollower(t, made(t, "adam"), graph.Shard{Rank: 0, Size: 2})
		p, err := New(wrap(f.solver), ranks.Local(2)[0])
		require.NoError(t, err)
		require.ErrorIs(t, p.Spread(f.table), ErrSpread)
		require.ErrorContains(t, p.Spread(f.table), "does not say that it can")
	}
}
