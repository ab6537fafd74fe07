package zoo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
)

// onRanks calls f for each rank of a job, at the same time.
func onRanks(size int, f func(rank int, comm solvers.Comm)) {
	var all sync.WaitGroup
	for rank, comm := range solvers.LocalComms(size) {
		all.Go(func() { f(rank, comm) })
	}
	all.Wait()
}

// rankResult is what a rank came to.
type rankResult struct {
	history []Epoch
	weights map[string][]float32
	err     error
}

// trainRanks trains a job; newRun gives each rank its run.
func trainRanks(size int, newRun func(rank int) (Run, error)) []rankResult {
	results := make([]rankResult, size)
	onRanks(size, func(rank int, comm solvers.Comm) {
		r := &results[rank]
		var run Run
		if run, r.err = newRun(rank); r.err != nil {
			return
		}
		run.Comm = comm
		var t *Trainer
		if t, r.err = NewTrainer(run); r.err != nil {
			return
		}
		defer t.Free()
		r.history, r.err = t.Train(context.Background())
		t.Weights().SettleAll()
		r.weights = map[string][]float32{}
		for w := range t.Weights().All() {
			r.weights[w.Name] = append([]float32(nil), w.Values()...)
		}
	})
	return results
}

// withSolver adds a new solver of the catalog to a run.
func withSolver(run Run, name string, options ...solvers.Option) (Run, error) {
	e, err := solvers.Find(name)
	if err != nil {
		return run, err
	}
	run.Solver, err = e.New(options...)
	return run, err
}

// oneProcess trains one process.
func oneProcess(t *testing.T, run Run, solver string, options ...solvers.Option) rankResult {
	t.Helper()
	r := trainRanks(1, func(int) (Run, error) { return withSolver(run, solver, options...) })[0]
	require.NoError(t, r.err)
	return r
}

func sumOf(w map[string][]float32) map[string]string {
	sums := map[string]string{}
	for name, values := range w {
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(offheap.Bytes(values)))
	}
	return sums
}

// smallModels are the four models, small.
func smallModels() map[string]Model {
	return map[string]Model{
		"dnn":     DNN{EmbeddingDim: 4, HiddenUnits: []int{16, 8}, Dropout: 0.1},
		"wdl":     WDL{EmbeddingDim: 4, HiddenUnits: []int{16, 8}},
		"xdeepfm": XDeepFM{EmbeddingDim: 4, HiddenUnits: []int{16}, CINUnits: []int{6, 6}},
		"wukong":  WuKong{EmbeddingDim: 4, HiddenUnits: []int{16}, Layers: 2, FMBUnits: 4, LCBUnits: 4, Rank: 4, FMBHiddenUnits: []int{16}},
	}
}

func TestRanksStayEqualAndEvaluateAsOne(t *testing.T) {
	set := smallSet(t, 3000)
	for name, model := range smallModels() {
		for _, solver := range []string{"adamar", "adagradar"} {
			for _, size := range []int{2, 4} {
				t.Run(fmt.Sprint(name, " ", solver, " ", size), func(t *testing.T) {
					run := Run{Model: model, Train: set.Train, Test: set.Test, BatchSize: 256, Epochs: 1, Seed: 3, CheckRanks: 5}
					ranks := trainRanks(size, func(int) (Run, error) { return withSolver(run, solver) })
					for rank, r := range ranks {
						require.NoError(t, r.err)
						require.Equal(t, sumOf(ranks[0].weights), sumOf(r.weights), "rank %d", rank)
						require.Equal(t, withoutTime(ranks[0].history), withoutTime(r.history))
					}
					require.Equal(t, 3000, ranks[0].history[0].Samples)
					require.Equal(t, metricsOf(t, model, set, ranks[0].weights), *ranks[0].history[0].Test, "one process on the same weights")
				})
			}
		}
	}
}

// metricsOf measures weights in one process.
func metricsOf(t *testing.T, m Model, set *datasets.Set, values map[string][]float32) Metrics {
	t.Helper()
	w := graph.NewWeights((&Run{}).stream(1))
	e, err := NewEvaluator(m, GraphFields(set.Train.Fields()), w, 256)
	require.NoError(t, err)
	for weight := range w.All() {
		copy(weight.Values(), values[weight.Name])
	}
	metrics, err := e.Evaluate(context.Background(), set.Test)
	require.NoError(t, err)
	return metrics
}

// With a small learning rate rounding stays rounding: it is what the ranks may differ by from one process.
func TestRanksEqualOneProcess(t *testing.T) {
	set := smallSet(t, 30*256-100) // the last batch is not full: the last rank has 28 of 128 samples, or none of 64
	for _, e := range solvers.Catalog() {
		t.Run(e.Name, func(t *testing.T) {
			run := Run{Model: DNN{EmbeddingDim: 4, HiddenUnits: []int{16}, Dropout: 0.2}, Train: set.Train, BatchSize: 256, Epochs: 1, Seed: 3}
			rate := solvers.WithLearnRate(1e-4)
			want := oneProcess(t, run, e.Name, rate)
			for _, size := range []int{2, 4} {
				ranks := trainRanks(size, func(int) (Run, error) { return withSolver(run, e.Name, rate) })
				require.NoError(t, ranks[0].err)
				require.Equal(t, 30, ranks[0].history[0].Steps)
				require.InDelta(t, want.history[0].TrainLoss, ranks[0].history[0].TrainLoss, 1e-6)
				for name, values := range want.weights {
					require.LessOrEqual(t, largestDifference(values, ranks[0].weights[name]), 1e-5, "%s, %d ranks", name, size)
				}
			}
		})
	}
}

func largestDifference(a, b []float32) float64 {
	most := 0.0
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(b[i])))
	}
	return most
}

func TestOneRankIsOneProcess(t *testing.T) {
	set := smallSet(t, 2000)
	run := Run{Model: DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.2}, Train: set.Train, Test: set.Test, Epochs: 2, Seed: 3}
	alone, err := withSolver(run, "adamar")
	require.NoError(t, err)
	want := trainedWeights(t, alone)
	got := oneProcess(t, run, "adamar")
	require.Len(t, got.weights, len(want))
	i := 0
	tr, err := NewTrainer(alone)
	require.NoError(t, err)
	defer tr.Free()
	for w := range tr.Weights().All() {
		require.Equal(t, want[i], got.weights[w.Name], w.Name)
		i++
	}
}

// A job is interrupted, and goes on with other numbers of ranks; it reads its samples in memory as one
// process would, so it ends where one that was left alone ends, but for rounding.
func TestAJobResumesWithAnyNumberOfRanks(t *testing.T) {
	set := smallSet(t, 2000)
	run := Run{Model: DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.2}, Train: set.Train, Test: set.Test, BatchSize: 120, Epochs: 2, Seed: 4}
	rate := solvers.WithLearnRate(1e-4)
	want := oneProcess(t, run, "adamar", rate)
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	require.NoError(t, jobIn(straight, 2, run, -1, rate)[0].err)
	for i, size := range []int{2, 2, 4, 1, 3} {
		steps := 5
		if i == 4 {
			steps = -1
		}
		for rank, r := range jobIn(broken, size, run, steps, rate) {
			if steps > 0 {
				require.ErrorIs(t, r.err, context.Canceled, "rank %d", rank)
				require.Equal(t, 5*(i+1), r.history[len(r.history)-1].Steps, "rank %d", rank)
				continue
			}
			require.NoError(t, r.err)
			require.Len(t, r.history, 2)
			require.Equal(t, 34, r.history[1].Steps)
			for name, values := range want.weights {
				require.LessOrEqual(t, largestDifference(values, r.weights[name]), 1e-5, name)
			}
		}
	}
	require.Equal(t, latestFiles(t, straight)["name"], latestFiles(t, broken)["name"])
	again := filepath.Join(t.TempDir(), "c")
	for _, steps := range []int{5, 14, -1} { // with the same number of ranks it ends with the same bytes
		jobIn(again, 2, run, steps, rate)
	}
	require.Equal(t, latestFiles(t, straight), latestFiles(t, again))
}

// jobIn trains in a directory, anew or from where it is, until the end or the number of steps given, at
// which one rank is interrupted.
func jobIn(dir string, size int, run Run, steps int, options ...solvers.Option) []rankResult {
	open := OpenDirectory
	if !exists(filepath.Join(dir, settingsFile)) {
		open = func(path string) (*Directory, error) { return CreateDirectory(path, nil) }
	}
	results := make([]rankResult, size)
	d, err := open(dir)
	if err != nil {
		results[0].err = err
		return results
	}
	defer d.Close()
	onRanks(size, func(rank int, comm solvers.Comm) {
		r := &results[rank]
		var mine Run
		if mine, r.err = withSolver(run, "adamar", options...); r.err != nil {
			return
		}
		mine.Comm, mine.Checkpoints = comm, &Checkpoints{}
		if rank == 0 {
			mine.Checkpoints.Directory = d
		}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		left := steps
		mine.OnStep = func(Step) {
			// The last rank is interrupted, and tells the others of it with the next step.
			if left--; rank == size-1 && (left == 1 && size > 1 || left == 0) {
				cancel()
			}
		}
		var t *Trainer
		if t, r.err = NewTrainer(mine); r.err != nil {
			return
		}
		defer t.Free()
		r.history, r.err = t.Train(ctx)
		r.weights = map[string][]float32{}
		for w := range t.Weights().All() {
			r.weights[w.Name] = append([]float32(nil), w.Values()...)
		}
	})
	return results
}

func TestRanksThatDifferAreFound(t *testing.T) {
	set, other := smallSet(t, 1000), smallSet(t, 1001)
	base := Run{Model: DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, Test: set.Test, BatchSize: 100, Epochs: 1, Seed: 3}
	for want, change := range map[string]func(*Run){
		"solver: rank 0 has":               func(r *Run) { r.Solver, _ = solvers.NewAdamAR(solvers.WithAlpha(0.5)) },
		"seed: rank 0 has 3, rank 1 has 4": func(r *Run) { r.Seed = 4 },
		"settings: rank 0 has":             func(r *Run) { r.Epochs = 2 },
		"batch size: rank 0 has":           func(r *Run) { r.BatchSize = 102 },
		"model: rank 0 has":                func(r *Run) { r.Model = DNN{EmbeddingDim: 4, HiddenUnits: []int{9}} },
		"schema (fields): rank 0 has":      func(r *Run) { r.Train = other.Test },
		"training data: rank 0 has":        func(r *Run) { r.Train = set.Test },
		"test data: rank 0 has":            func(r *Run) { r.Test = nil },
	} {
		for rank, r := range trainRanks(2, func(rank int) (Run, error) {
			run, err := withSolver(base, "adamar")
			if rank == 1 {
				change(&run)
			}
			return run, err
		}) {
			require.ErrorContains(t, r.err, want, "rank %d", rank)
			var agreed *solvers.RankError
			require.ErrorAs(t, r.err, &agreed)
			require.ErrorIs(t, r.err, ErrRanksDiffer)
		}
	}
}

func TestAJobThatCannotBeDividedIsRefused(t *testing.T) {
	set := smallSet(t, 1000)
	run := Run{Model: DNN{}, Train: set.Train, BatchSize: 101, Epochs: 1}
	for _, r := range trainRanks(2, func(int) (Run, error) { return withSolver(run, "adamar") }) {
		require.ErrorIs(t, r.err, ErrRun)
		require.ErrorContains(t, r.err, "batches of 101 samples between 2 ranks")
	}
}

// A rank whose weights have changed is found at the next comparison, with the name of the weight.
func TestCheckRanksNamesTheWeightThatDiffers(t *testing.T) {
	set := smallSet(t, 1000)
	results := make([]error, 2)
	onRanks(2, func(rank int, comm solvers.Comm) {
		run, err := withSolver(Run{
			Model: WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, BatchSize: 100, Epochs: 1, Comm: comm, CheckRanks: 3,
		}, "adamar")
		if err != nil {
			results[rank] = err
			return
		}
		var tr *Trainer
		run.OnStep = func(s Step) {
			if rank == 1 && s.Step == 4 {
				tr.Weights().Get("wide/table").Values()[7]++
			}
		}
		if tr, results[rank] = NewTrainer(run); results[rank] == nil {
			defer tr.Free()
			_, results[rank] = tr.Train(context.Background())
		}
	})
	for _, err := range results {
		require.ErrorContains(t, err, "after step 6 weight wide/table of rank 1 is not that of rank 0")
		require.ErrorIs(t, err, ErrRanksDiffer)
	}
}

// What goes wrong on one rank ends all, with the same error.
func TestAFailureOfOneRankEndsTheJob(t *testing.T) {
	set := smallSet(t, 1000)
	ids := make([]int32, 8*1000)
	labels := make([]float32, 1000)
	labels[999] = float32(math.NaN()) // in the last batch, of the last rank
	bad, err := datasets.NewMemory(set.Train.Fields(), ids, nil, labels)
	require.NoError(t, err)
	run := Run{Model: DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: bad, BatchSize: 100, Epochs: 1}
	for _, solver := range []string{"adamar", "sam"} {
		ranks := trainRanks(2, func(int) (Run, error) { return withSolver(run, solver) })
		var agreed *solvers.RankError
		for _, r := range ranks {
			require.ErrorAs(t, r.err, &agreed)
			require.ErrorContains(t, r.err, "not finite")
		}
	}
}
