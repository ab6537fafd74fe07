package solvers

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// onRanks calls f for each rank of a job, at the same time, and returns the errors.
func onRanks(size int, f func(r *Ranks) error) []error {
	errs := make([]error, size)
	var all sync.WaitGroup
	for rank, comm := range LocalComms(size) {
		all.Go(func() { errs[rank] = f(NewRanks(comm)) })
	}
	all.Wait()
	return errs
}

func TestRanks(t *testing.T) {
	for _, size := range []int{1, 2, 3, 4} {
		errs := onRanks(size, func(r *Ranks) error {
			for n := range 9 { // also fewer values than ranks
				x, want := make([]float32, n), make([]float32, n)
				for i := range x {
					x[i] = float32(i) + 1/float32(3+r.Rank())
					want[i] = float32(i) + 1/float32(3)
					for rank := 1; rank < size; rank++ {
						want[i] += float32(i) + 1/float32(3+rank)
					}
				}
				if err := r.Sum(x); err != nil {
					return err
				}
				texts, err := r.Gather(fmt.Appendf(nil, "%0*d", n, r.Rank()))
				if err != nil {
					return err
				}
				for rank, text := range texts {
					if string(text) != fmt.Sprintf("%0*d", n, rank) {
						return fmt.Errorf("rank %d has %q of rank %d", r.Rank(), text, rank)
					}
				}
				numbers, err := r.GatherNumbers([]float64{float64(r.Rank()), float64(n)})
				if err != nil {
					return err
				}
				for i, v := range numbers {
					if want := []float64{float64(i / 2), float64(n)}[i%2]; v != want {
						return fmt.Errorf("number %d is %v, want %v", i, v, want)
					}
				}
				if fmt.Sprint(x) != fmt.Sprint(want) {
					return fmt.Errorf("rank %d has the sum %v, want %v", r.Rank(), x, want)
				}
			}
			return nil
		})
		require.NoError(t, errors.Join(errs...))
	}
}

func TestAgree(t *testing.T) {
	cause, same := errors.New("it broke"), errors.New("on all")
	for rank, err := range onRanks(3, func(r *Ranks) error {
		if r.Rank() == 1 {
			return r.Agree(fmt.Errorf("here: %w", cause))
		}
		return r.Agree(nil)
	}) {
		var agreed *RankError
		require.ErrorAs(t, err, &agreed)
		require.EqualError(t, err, "rank 1: here: it broke")
		require.Equal(t, rank == 1, errors.Is(err, cause), "the others know only the text")
	}
	for _, err := range onRanks(3, func(r *Ranks) error { return r.Agree(same) }) {
		require.EqualError(t, err, "on all")
		require.ErrorIs(t, err, same)
	}
	require.NoError(t, errors.Join(onRanks(3, func(r *Ranks) error { return r.Agree(nil) })...))
	require.Equal(t, cause, onRanks(1, func(r *Ranks) error { return r.Agree(cause) })[0])
}

func TestPiecesOfTheWrongLengthAreAnError(t *testing.T) {
	for _, err := range onRanks(2, func(r *Ranks) error {
		one, two := make([]byte, 1), make([]byte, 2)
		return r.Exchange([][]byte{one, one}, [][]byte{two, two})
	}) {
		require.ErrorContains(t, err, "sent 1 bytes")
	}
}

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
	for _, e := range Catalog() {
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
			ranks := make([]*follower, size)
			for i := range ranks {
				ranks[i] = newFollower(t, made(t, e.Name))
			}
			errs := onRanks(size, func(r *Ranks) error {
				f := ranks[r.Rank()]
				p, err := NewParallel(f.solver, r)
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
			for i, f := range ranks {
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
	for _, e := range Catalog() {
		t.Run(e.Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			one := newFollower(t, made(t, e.Name))
			ranks := make([]*follower, size)
			for i := range ranks {
				ranks[i] = newShardFollower(t, made(t, e.Name), graph.Shard{Rank: i, Size: size})
			}
			batches := make([][]batchOfRank, steps)
			read := make([][]float32, steps) // by one process, all rows of the batch
			for k := range batches {
				batches[k] = drawShares(size, rowCount, dim, rng)
			}
			if needsWholeTables(one.solver) == "" {
				for k, shares := range batches {
					all := merged(shares, rowCount, dim)
					one.read(all.rows)
					for row := range rowCount {
						read[k] = append(read[k], one.table.Floats()[row*dim:(row+1)*dim]...)
					}
					require.NoError(t, one.step(all, batchOfRank{}))
				}
			}
			errs := onRanks(size, func(r *Ranks) error {
				f := ranks[r.Rank()]
				p, err := NewParallel(f.solver, r)
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
			if needsWholeTables(one.solver) != "" {
				for _, err := range errs {
					require.ErrorIs(t, err, ErrSpread)
				}
				return
			}
			require.NoError(t, errors.Join(errs...))
			one.solver.SettleAll()
			for row := range rowCount {
				held := ranks[row%size].table.Floats()[row/size*dim:]
				require.Equal(t, one.table.Floats()[row*dim:(row+1)*dim], held[:dim], "row %d", row)
			}
		})
	}
}

// newShardFollower has a shard of the table of newFollower.
func newShardFollower(t *testing.T, s Solver, shard graph.Shard) *follower {
	t.Helper()
	w := graph.NewWeights(rand.New(rand.NewPCG(5, 6)))
	w.SetShard(shard)
	b := graph.NewBuilder(1, []graph.Field{{Name: "f", Rows: 20}}, w)
	b.EmbeddingInit = graph.Normal(0.1)
	b.Table("t", 4)
	require.NoError(t, b.Err())
	return &follower{solver: s, table: w.Get("t").Table, dense: newDense(1, 2, 3)}
}

func TestSpreadRefusesTheTableOfAnotherRank(t *testing.T) {
	f := newShardFollower(t, made(t, "adam"), graph.Shard{Rank: 1, Size: 2})
	p, err := NewParallel(f.solver, LocalComms(2)[0])
	require.NoError(t, err)
	require.ErrorIs(t, p.Spread(f.table), ErrSpread)
}

// follower is a process that trains a table and a dense weight.
type follower struct {
	solver Solver
	table  *graph.Table
	dense  *tensor.Dense
}

func newFollower(t *testing.T, s Solver) *follower {
	f := &follower{solver: s, table: tableOf(t, 20, 4, 0), dense: newDense(1, 2, 3)}
	f.table.Initialize(graph.Normal(0.1), rand.New(rand.NewPCG(5, 6)))
	_, err := s.State(f.table) // from now on reading settles
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
	passes, is := f.solver.(interface {
		Perturb([]gorgonia.ValueGrad) error
	})
	if p, parallel := f.solver.(*Parallel); parallel {
		is = p.TwoPasses()
	}
	if is {
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
	return []gorgonia.ValueGrad{&pair{f.table, g}, &pair{f.dense, newDense(b.dense...)}}, err
}

func TestParallelOfOnePassHasNoPerturb(t *testing.T) {
	p, err := NewParallel(made(t, "adam"), LocalComms(1)[0])
	require.NoError(t, err)
	require.False(t, p.TwoPasses())
	require.ErrorIs(t, p.Perturb(nil), ErrOption)
	p.Undo()
	_, err = NewParallel(nil, LocalComms(1)[0])
	require.ErrorIs(t, err, ErrOption)
}

func TestAParallelStepAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs the short tests, allocates for itself")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	shares := drawShares(2, 20, 4, rng)
	const steps = 200
	var allocations float64
	errs := onRanks(2, func(r *Ranks) error {
		f := newFollower(t, made(t, "adamar"))
		p, err := NewParallel(f.solver, r)
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
