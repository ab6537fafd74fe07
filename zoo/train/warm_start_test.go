package train_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// dayOf draws a day's samples: ids below used of each field with rows rows, lists with the mean and the sum, and a number.
func dayOf(t *testing.T, seed uint64, samples, used, rows int) datasets.Source {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	fields := []datasets.Field{
		{Name: "user", Rows: rows}, {Name: "item", Rows: rows + 3}, {Name: "price", Kind: datasets.Numeric},
		{Name: "history", Kind: datasets.List, Rows: rows + 3, Length: 3, Shares: "item"},
		{Name: "tags", Kind: datasets.List, Rows: rows, Length: 2, Pooling: datasets.Sum},
	}
	var ids []int32
	var numbers, labels []float32
	for range samples {
		ids = append(ids, int32(rng.IntN(used)), int32(rng.IntN(used)))
		for range 3 {
			ids = append(ids, int32(rng.IntN(used)))
		}
		ids = append(ids, int32(rng.IntN(used)), -1)
		numbers, labels = append(numbers, rng.Float32()), append(labels, float32(rng.IntN(2)))
	}
	m, err := datasets.NewMemory(fields, ids, numbers, labels)
	require.NoError(t, err)
	return m
}

// lived trains a day in a directory, anew or from another.
func lived(t *testing.T, dir, from string, m zoo.Model, day datasets.Source, solver func() (solvers.Solver, error)) {
	t.Helper()
	d, err := checkpoint.Create(dir, nil)
	require.NoError(t, err)
	defer d.Close()
	result, err := train.Train(context.Background(), train.Run{
		Model: m, Solver: testrun.Must(solver()), Train: day, BatchSize: 20, Epochs: 1, Seed: 3, EmbeddingInit: graph.Zeros(),
		From: from, Checkpoints: &train.Checkpoints{Directory: d},
	})
	require.NoError(t, err)
	result.Free()
}

// A table that grows ends with the bits of one that had all its rows from the start.
func TestAGrownTableIsOneThatHadAllRowsFromTheStart(t *testing.T) {
	settings := testrun.SmallSettings()
	testrun.ForEveryModel(t, settings, func(t *testing.T, model string, m zoo.Model) {
		for _, e := range solvers.Entries() {
			if model != "wdl" && e.Name != "adamar" && e.Name != "adagradar" && e.Name != "adam" { // wdl has two tables
				continue
			}
			t.Run(e.Name, func(t *testing.T) {
				solver := func() (solvers.Solver, error) { return e.New() }
				in := func(name string) string { return filepath.Join(t.TempDir(), name) }
				grown, grown2, whole, whole2 := in("a"), in("b"), in("c"), in("d")
				lived(t, grown, "", m, dayOf(t, 1, 300, 20, 20), solver)
				lived(t, grown2, grown, m, dayOf(t, 2, 300, 35, 35), solver)
				lived(t, whole, "", m, dayOf(t, 1, 300, 20, 35), solver)
				lived(t, whole2, whole, m, dayOf(t, 2, 300, 35, 35), solver)
				require.Equal(t, testrun.LatestFiles(t, whole2)["weights.safetensors"], testrun.LatestFiles(t, grown2)["weights.safetensors"])
				loaded, err := predict.Load(grown2)
				require.NoError(t, err)
				defer loaded.Free()
				report, err := loaded.Inspect()
				require.NoError(t, err)
				require.Equal(t, 30, report.Steps, "steps go on")
			})
		}
	})
}

// So does one whose rows are on several ranks, or spread over them.
func TestATableGrowsOnEveryRank(t *testing.T) {
	for _, name := range []string{"adamar", "adagradar", "adam"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it waits for disks
			live := func(from string, day datasets.Source, spread bool) string {
				dir := filepath.Join(t.TempDir(), "run")
				run := train.Run{
					Model: zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: day, BatchSize: 20, Epochs: 1, Seed: 3, EmbeddingInit: graph.Zeros(),
					From: from, Parallel: train.Parallel{ShardTables: spread, CheckRanks: 5},
				}
				for _, r := range (jobOf{dir: dir, solver: name, size: 2, run: run, steps: -1}).train() {
					require.NoError(t, r.err)
				}
				return dir
			}
			whole := live(live("", dayOf(t, 1, 300, 20, 35), false), dayOf(t, 2, 300, 35, 35), false)
			want := testrun.LatestFiles(t, whole)
			for _, spread := range []bool{false, true} {
				grown := live(live("", dayOf(t, 1, 300, 20, 20), !spread), dayOf(t, 2, 300, 35, 35), spread)
				require.Equal(t, want["weights.safetensors"], testrun.LatestFiles(t, grown)["weights.safetensors"], "spread: %v", spread)
			}
		})
	}
}

// Ranks that take other rows for those of the run before are found.
func TestRanksThatGoOnFromOtherRowsAreFound(t *testing.T) {
	dir := testrun.TrainMixed(t, nil)
	set := testrun.Mixed(t)
	ids := make([][]int32, len(set.Encoding.Vocabularies))
	ids[0] = []int32{2}
	results := trainRanks(2, func(rank int) (train.Run, error) {
		run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.3}, Train: set.Train, BatchSize: 64, From: dir, Encoding: set.Encoding}
		if rank == 1 {
			run.FromEncoding = set.Encoding.Without(ids)
		}
		return withSolver(run, "adamar")
	})
	for _, r := range results {
		require.ErrorIs(t, r.err, train.ErrRanksDiffer)
	}
}

func TestAWarmStartNamesWhatDiffers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	adamAR := func() (solvers.Solver, error) { return solvers.NewAdamAR() }
	lived(t, dir, "", zoo.DNN{EmbeddingDim: 4}, dayOf(t, 1, 100, 9, 9), adamAR)
	day := dayOf(t, 2, 100, 9, 9)
	var notes []string
	base := train.Run{Model: zoo.DNN{EmbeddingDim: 4}, Train: day, From: dir, OnNote: func(text string) { notes = append(notes, text) }}
	for want, change := range map[string]func(*train.Run){
		`model: it has {"type":"zoo.DNN","settings":{"EmbeddingDim":4`: func(r *train.Run) { r.Model = zoo.DNN{EmbeddingDim: 5} },
		`field "user": it has 9 rows, this run has 8`:                  func(r *train.Run) { r.Train = dayOf(t, 2, 100, 8, 8) },
		"it has 5 fields, this run has 2":                              func(r *train.Run) { r.Train = testrun.Numbers(t, 1, 2) },
		"no Buckets":                                                   func(r *train.Run) { r.Buckets.Number = 3 },
		"no such file":                                                 func(r *train.Run) { r.From = dir + "x" },
	} {
		run := base
		run.Solver = testrun.Must(solvers.NewAdamAR())
		change(&run)
		_, err := train.NewTrainer(run)
		require.ErrorContains(t, err, want)
	}
	base.Solver = testrun.Must(solvers.NewAdam())
	trainer, err := train.NewTrainer(base)
	require.NoError(t, err)
	defer trainer.Free()
	require.Len(t, notes, 1)
	require.Contains(t, notes[0], "of it only the weights are taken")
	require.NotZero(t, trainer.Weights().Get("deep/table").Values()[4])
}
