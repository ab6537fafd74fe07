package train_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/parallel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// onRanks calls f for each rank of a job, at the same time.
func onRanks(size int, f func(rank int, comm ranks.Comm)) {
	var all sync.WaitGroup
	for rank, comm := range ranks.Local(size) {
		all.Go(func() { f(rank, comm) })
	}
	all.Wait()
}

// rankResult is what a rank came to.
type rankResult struct {
	history []metrics.Epoch
	weights map[string][]float32
	err     error
}

// trainRanks trains a job; newRun gives each rank its run.
func trainRanks(size int, newRun func(rank int) (train.Run, error)) []rankResult {
	results := make([]rankResult, size)
	onRanks(size, func(rank int, comm ranks.Comm) {
		results[rank] = trainRank(context.Background(), comm, func() (train.Run, error) { return newRun(rank) })
	})
	return results
}

func trainRank(ctx context.Context, comm ranks.Comm, newRun func() (train.Run, error)) (r rankResult) {
	run, err := newRun()
	if err != nil {
		return rankResult{err: err}
	}
	run.Parallel.Comm = comm
	t, err := train.NewTrainer(run)
	if err != nil {
		return rankResult{err: err}
	}
	defer t.Free()
	r.history, r.err = t.Train(ctx)
	t.Weights().SettleAll()
	r.weights = map[string][]float32{}
	for w := range t.Weights().All() {
		r.weights[w.Name] = slices.Clone(w.Values())
	}
	return r
}

// withSolver adds a new solver of the catalog to a run.
func withSolver(run train.Run, name string, options ...solvers.Option) (train.Run, error) {
	e, err := solvers.Find(name)
	if err != nil {
		return run, err
	}
	run.Solver, err = e.New(options...)
	return run, err
}

// oneProcess trains one process.
func oneProcess(t *testing.T, run train.Run, solver string, options ...solvers.Option) rankResult {
	t.Helper()
	r := trainRanks(1, func(int) (train.Run, error) { return withSolver(run, solver, options...) })[0]
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

// smallModels are the models of the zoo, small; wdl has rows of whole vectors.
func smallModels(t *testing.T) map[string]zoo.Model {
	models := map[string]zoo.Model{}
	var catalog *zoo.Catalog
	for _, e := range catalog.Entries() {
		m, err := e.New(testrun.SmallSettings(zoo.Setting{Name: "hidden_units", Value: []int{16, 8}}))
		require.NoError(t, err)
		models[e.Name] = m
	}
	models["dnn"] = zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{16, 8}, Dropout: 0.1}
	models["wdl"] = zoo.WDL{EmbeddingDim: 16, HiddenUnits: []int{16, 8}}
	return models
}

func TestRanksStayEqualAndEvaluateAsOne(t *testing.T) {
	set := testrun.Small(t, 3000)
	for name, model := range smallModels(t) {
		for _, solver := range []string{"adamar", "adagradar"} {
			for _, size := range []int{2, 4} {
				t.Run(fmt.Sprint(name, " ", solver, " ", size), func(t *testing.T) {
					run := train.Run{Model: model, Train: set.Train, Test: set.Test, BatchSize: 256, Epochs: 1, Seed: 3, Parallel: train.Parallel{CheckRanks: 5}}
					results := trainRanks(size, func(int) (train.Run, error) { return withSolver(run, solver) })
					for rank, r := range results {
						require.NoError(t, r.err)
						require.Equal(t, sumOf(results[0].weights), sumOf(r.weights), "rank %d", rank)
						require.Equal(t, testrun.WithoutTime(results[0].history), testrun.WithoutTime(r.history))
					}
					require.Equal(t, 3000, results[0].history[0].Samples)
					require.Equal(t, metricsOf(t, model, set, results[0].weights), *results[0].history[0].Test, "one process on the same weights")
				})
			}
		}
	}
}

// metricsOf measures weights in one process.
func metricsOf(t *testing.T, m zoo.Model, set *datasets.Set, values map[string][]float32) metrics.Figures {
	t.Helper()
	w := graph.NewWeights(rand.New(rand.NewPCG(0, 1)))
	e, err := predict.NewEvaluator(m, zoo.GraphFields(set.Train.Fields()), w, 256)
	require.NoError(t, err)
	for weight := range w.All() {
		copy(weight.Values(), values[weight.Name])
	}
	figures, err := e.Evaluate(context.Background(), set.Test)
	require.NoError(t, err)
	return figures
}

// With a small learning rate rounding stays rounding: it is what the ranks may differ by from one process.
func TestRanksEqualOneProcess(t *testing.T) {
	set := testrun.Small(t, 30*256-100) // the last batch is not full: the last rank has 28 of 128 samples, or none of 64
	for _, e := range solvers.Entries() {
		t.Run(e.Name, func(t *testing.T) {
			run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{16}, Dropout: 0.2}, Train: set.Train, BatchSize: 256, Epochs: 1, Seed: 3}
			rate := solvers.WithLearnRate(1e-4)
			want := oneProcess(t, run, e.Name, rate)
			for _, size := range []int{2, 4} {
				results := trainRanks(size, func(int) (train.Run, error) { return withSolver(run, e.Name, rate) })
				require.NoError(t, results[0].err)
				require.Equal(t, 30, results[0].history[0].Steps)
				require.InDelta(t, want.history[0].TrainLoss, results[0].history[0].TrainLoss, 1e-6)
				for name, values := range want.weights {
					require.LessOrEqual(t, largestDifference(values, results[0].weights[name]), 1e-5, "%s, %d ranks", name, size)
				}
			}
		})
	}
}

// At the usual rates rounding grows, but what is learnt is the same.
func TestRanksLearnWhatOneProcessLearns(t *testing.T) {
	set := testrun.Small(t, 20_000)
	run := train.Run{Model: zoo.DNN{EmbeddingDim: 8, HiddenUnits: []int{32, 16}}, Train: set.Train, Test: set.Test, BatchSize: 256, Epochs: 4, Seed: 1}
	want := oneProcess(t, run, "adamar")
	for _, r := range trainRanks(2, func(int) (train.Run, error) { return withSolver(run, "adamar") }) {
		require.NoError(t, r.err)
		require.InDelta(t, want.history[3].Test.AUC(), r.history[3].Test.AUC(), .002)
		require.Greater(t, r.history[3].Test.AUC(), r.history[0].Test.AUC()+.01, "it learns")
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
	set := testrun.Small(t, 2000)
	run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.2}, Train: set.Train, Test: set.Test, Epochs: 2, Seed: 3}
	alone, err := withSolver(run, "adamar")
	require.NoError(t, err)
	want := trainedWeights(t, alone)
	got := oneProcess(t, run, "adamar")
	require.Len(t, got.weights, len(want))
	i := 0
	tr, err := train.NewTrainer(alone)
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
	set := testrun.Small(t, 2000)
	run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.2}, Train: set.Train, Test: set.Test, BatchSize: 120, Epochs: 2, Seed: 4}
	rate := solvers.WithLearnRate(1e-4)
	want, dir := oneProcess(t, run, "adamar", rate), t.TempDir()
	job := jobOf{solver: "adamar", options: []solvers.Option{rate}, run: run}
	in := func(name string, size, steps int) []rankResult {
		job.dir, job.size, job.steps = filepath.Join(dir, name), size, steps
		return job.train()
	}
	require.NoError(t, in("straight", 2, -1)[0].err)
	for i, size := range []int{2, 2, 4, 1} {
		for rank, r := range in("broken", size, 5) {
			require.ErrorIs(t, r.err, context.Canceled, "rank %d", rank)
			require.Equal(t, 5*(i+1), r.history[len(r.history)-1].Steps, "rank %d", rank)
		}
	}
	for _, r := range in("broken", 3, -1) {
		require.NoError(t, r.err)
		require.Len(t, r.history, 2)
		require.Equal(t, 34, r.history[1].Steps)
		for name, values := range want.weights {
			require.LessOrEqual(t, largestDifference(values, r.weights[name]), 1e-5, name)
		}
	}
	for _, steps := range []int{5, 14, -1} {
		in("again", 2, steps)
	}
	require.Equal(t, testrun.LatestFiles(t, filepath.Join(dir, "straight")), testrun.LatestFiles(t, filepath.Join(dir, "again")), "the same number of ranks, the same bytes")
}

// Sharded tables are replicated ones, to the bit, in checkpoints too; and a job may go on with the other kind.
func TestShardedTablesEqualReplicatedOnes(t *testing.T) {
	set := testrun.Small(t, 1500)
	models := smallModels(t)
	base := train.Run{Train: set.Train, Test: set.Test, BatchSize: 120, Epochs: 2, Seed: 4}
	for _, e := range solvers.Entries() {
		for name, model := range models {
			usual := e.Name == "adamar" || e.Name == "adagradar"
			if name != "wdl" && (!usual || testing.Short()) { // which has two tables
				continue
			}
			sizes := []int{3}
			if usual {
				sizes = []int{2, 4}
			}
			t.Run(e.Name+" "+name, func(t *testing.T) {
				t.Parallel() // most of the time goes into syncing files
				run := base
				run.Model = model
				whole, sharded := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
				for _, size := range sizes {
					whole, sharded := fmt.Sprint(whole, size), fmt.Sprint(sharded, size)
					job := jobOf{dir: whole, solver: e.Name, size: size, run: run, steps: -1}
					want := job.train()
					require.NoError(t, want[0].err)
					job.dir, job.run.Parallel.ShardTables = sharded, true
					if strings.HasPrefix(e.Name, "sam") || e.Name == "fal" {
						got := job.train()[size-1]
						require.ErrorIs(t, got.err, parallel.ErrSpread)
						require.ErrorContains(t, got.err, strings.ToUpper(strings.TrimSuffix(e.Name, "-adagrad"))+" needs")
						continue
					}
					for i, steps := range []int{5, 5, -1} { // within an epoch, where rows are not settled
						job.steps, job.run.Parallel.ShardTables = steps, i != 1
						got := job.train()
						if steps > 0 {
							require.ErrorIs(t, got[0].err, context.Canceled)
							continue
						}
						require.NoError(t, got[0].err)
						require.Equal(t, want[0].history[1].Test, got[0].history[1].Test)
						require.InEpsilon(t, want[0].history[1].EmbeddingNorm, got[0].history[1].EmbeddingNorm, 1e-12, "it is summed in another order")
					}
					require.Equal(t, testrun.LatestFiles(t, whole), testrun.LatestFiles(t, sharded))
				}
			})
		}
	}
}

// What is in bfloat16 is rounded by the number of a row in the whole table, also on a rank that holds only some rows.
func TestHalvesOfShardedTablesEqualReplicatedOnes(t *testing.T) {
	for name, options := range rowForms() {
		t.Run(name, func(t *testing.T) { testShardedHalves(t, options) })
	}
}

// rowForms are what of the rows of tables may be in bfloat16.
func rowForms() map[string][]solvers.Option {
	state, weights := solvers.WithRowState(), solvers.WithRowWeights()
	return map[string][]solvers.Option{"moments": {state}, "weights": {weights}, "both": {state, weights}}
}

func testShardedHalves(t *testing.T, options []solvers.Option) {
	set, dir := testrun.Small(t, 1500), t.TempDir()
	job := jobOf{
		solver: "adamar", options: append(options, solvers.WithSeed(9)), size: 3,
		run: train.Run{Model: smallModels(t)["wdl"], Train: set.Train, Test: set.Test, BatchSize: 120, Epochs: 2, Seed: 4},
	}
	in := func(name string, sharded bool, steps int) error {
		job.dir, job.steps, job.run.Parallel.ShardTables = filepath.Join(dir, name), steps, sharded
		return job.train()[0].err
	}
	require.NoError(t, in("whole", false, -1))
	require.ErrorIs(t, in("sharded", true, 5), context.Canceled)
	require.ErrorIs(t, in("sharded", false, 5), context.Canceled)
	require.NoError(t, in("sharded", true, -1))
	require.Equal(t, testrun.LatestFiles(t, filepath.Join(dir, "whole")), testrun.LatestFiles(t, filepath.Join(dir, "sharded")))
}

// Rows that a rank does not hold take no memory of it.
func TestShardsHoldTheirRowsOnly(t *testing.T) {
	set := testrun.Small(t, 1000)
	run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, BatchSize: 120, Epochs: 1, Parallel: train.Parallel{ShardTables: true}}
	_, rows, err := graph.FirstRows(zoo.GraphFields(set.Train.Fields()))
	require.NoError(t, err)
	together := 0
	for _, r := range trainRanks(3, func(int) (train.Run, error) { return withSolver(run, "adamar") }) {
		require.NoError(t, r.err)
		held := len(r.weights["deep/table"]) / 4
		require.InDelta(t, float64(rows)/3, float64(held), 1)
		together += held
	}
	require.Equal(t, rows, together)
}

func TestShardsHaveNoDiagnostics(t *testing.T) {
	set := testrun.Small(t, 1000)
	run := train.Run{Model: zoo.DNN{}, Train: set.Train, BatchSize: 120, Parallel: train.Parallel{ShardTables: true}, Diagnose: true}
	for _, r := range trainRanks(2, func(int) (train.Run, error) { return withSolver(run, "adamar") }) {
		require.ErrorIs(t, r.err, train.ErrRun)
		require.ErrorContains(t, r.err, "diagnostics need tables that are not spread")
	}
}

// jobOf is a job that trains in a directory.
type jobOf struct {
	dir, solver string
	options     []solvers.Option
	size        int
	run         train.Run
	steps       int // at which one rank is interrupted; -1: none is
}

// train trains anew, or from where it is.
func (j jobOf) train() []rankResult {
	d, err := testrun.Open(j.dir, nil)
	if err != nil {
		return []rankResult{{err: err}}
	}
	defer d.Close()
	results := make([]rankResult, j.size)
	onRanks(j.size, func(rank int, comm ranks.Comm) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		results[rank] = trainRank(ctx, comm, func() (train.Run, error) {
			run, err := withSolver(j.run, j.solver, j.options...)
			run.Checkpoints = &train.Checkpoints{}
			if rank == 0 {
				run.Checkpoints.Directory = d
			}
			left := j.steps
			run.OnStep = func(train.Step) {
				// The last rank is interrupted, and tells the others of it with the next step.
				if left--; rank == j.size-1 && (left == 1 && j.size > 1 || left == 0) {
					cancel()
				}
			}
			return run, err
		})
	})
	return results
}

func TestRanksThatDifferAreFound(t *testing.T) {
	set, other := testrun.Small(t, 1000), testrun.Small(t, 1001)
	base := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, Test: set.Test, BatchSize: 100, Epochs: 1, Seed: 3}
	for want, change := range map[string]func(*train.Run){
		"solver: rank 0 has":               func(r *train.Run) { r.Solver, _ = solvers.NewAdamAR(solvers.WithAlpha(0.5)) },
		"seed: rank 0 has 3, rank 1 has 4": func(r *train.Run) { r.Seed = 4 },
		"settings: rank 0 has":             func(r *train.Run) { r.Epochs = 2 },
		"batch size: rank 0 has":           func(r *train.Run) { r.BatchSize = 102 },
		"model: rank 0 has":                func(r *train.Run) { r.Model = zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{9}} },
		"schema (fields): rank 0 has":      func(r *train.Run) { r.Train = other.Test },
		"training data: rank 0 has":        func(r *train.Run) { r.Train = set.Test },
		"test data: rank 0 has":            func(r *train.Run) { r.Test = nil },
	} {
		for rank, r := range trainRanks(2, func(rank int) (train.Run, error) {
			run, err := withSolver(base, "adamar")
			if rank == 1 {
				change(&run)
			}
			return run, err
		}) {
			require.ErrorContains(t, r.err, want, "rank %d", rank)
			var agreed *ranks.Error
			require.ErrorAs(t, r.err, &agreed)
			require.ErrorIs(t, r.err, train.ErrRanksDiffer)
		}
	}
}

func TestAJobThatCannotBeDividedIsRefused(t *testing.T) {
	set := testrun.Small(t, 1000)
	run := train.Run{Model: zoo.DNN{}, Train: set.Train, BatchSize: 101, Epochs: 1}
	for _, r := range trainRanks(2, func(int) (train.Run, error) { return withSolver(run, "adamar") }) {
		require.ErrorIs(t, r.err, train.ErrRun)
		require.ErrorContains(t, r.err, "batches of 101 samples between 2 ranks")
	}
}

// A rank whose weights have changed is found at the next comparison, with the name of the weight.
func TestCheckRanksNamesTheWeightThatDiffers(t *testing.T) {
	set := testrun.Small(t, 1000)
	results := make([]error, 2)
	onRanks(2, func(rank int, comm ranks.Comm) {
		run, err := withSolver(train.Run{
			Model: zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, BatchSize: 100, Epochs: 1, Parallel: train.Parallel{Comm: comm, CheckRanks: 3},
		}, "adamar")
		if err != nil {
			results[rank] = err
			return
		}
		var tr *train.Trainer
		run.OnStep = func(s train.Step) {
			if rank == 1 && s.Step == 4 {
				tr.Weights().Get("wide/table").Values()[7]++
			}
		}
		if tr, results[rank] = train.NewTrainer(run); results[rank] == nil {
			defer tr.Free()
			_, results[rank] = tr.Train(context.Background())
		}
	})
	for _, err := range results {
		require.ErrorContains(t, err, "after step 6 weight wide/table of rank 1 is not that of rank 0")
		require.ErrorIs(t, err, train.ErrRanksDiffer)
	}
}

// What goes wrong on one rank ends all, with the same error.
func TestAFailureOfOneRankEndsTheJob(t *testing.T) {
	set := testrun.Small(t, 1000)
	ids := make([]int32, 8*1000)
	labels := make([]float32, 1000)
	bad, err := datasets.NewMemory(set.Train.Fields(), ids, nil, labels)
	require.NoError(t, err)
	labels[999] = float32(math.NaN()) // in the last batch, of the last rank; NewMemory would have refused it
	run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: bad, BatchSize: 100, Epochs: 1}
	for _, solver := range []string{"adamar", "sam"} {
		results := trainRanks(2, func(int) (train.Run, error) { return withSolver(run, solver) })
		var agreed *ranks.Error
		for _, r := range results {
			require.ErrorAs(t, r.err, &agreed)
			require.ErrorContains(t, r.err, "not finite")
		}
	}
}
