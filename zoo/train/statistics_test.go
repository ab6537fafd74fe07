package train_test

import (
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// normalized are models whose layers are normalised over the batch. DIN attends to the list of the set Mixed.
func normalized() map[string]zoo.Model {
	return map[string]zoo.Model{
		"finalnet": zoo.FinalNet{EmbeddingDim: 4, HiddenUnits: []int{8, 4}, Dropout: 0.2},
		"din":      zoo.DIN{EmbeddingDim: 4, HiddenUnits: []int{8}, AttentionHiddenUnits: []int{5}, Dropout: 0.2},
	}
}

// The last batch has 44 samples: of 32 samples a rank the second one has 12; of 16 the last ones have none.
func TestRanksMeasureABatchTogether(t *testing.T) {
	set := testrun.Mixed(t)
	for name, m := range normalized() {
		t.Run(name, func(t *testing.T) {
			run := train.Run{Model: m, Train: set.Train, BatchSize: 64, Epochs: 2, Seed: 3, Parallel: train.Parallel{CheckRanks: 1}}
			rate := solvers.WithLearnRate(1e-4)
			want := oneProcess(t, run, "adamar", rate)
			for _, size := range []int{2, 4} {
				for _, sharded := range []bool{false, true} {
					run.Parallel.ShardTables = sharded
					results := trainRanks(size, func(int) (train.Run, error) { return withSolver(run, "adamar", rate) })
					for _, r := range results {
						require.NoError(t, r.err)
						require.InDelta(t, want.history[1].TrainLoss, r.history[1].TrainLoss, 1e-5)
					}
					for weight, values := range want.weights {
						if strings.HasSuffix(weight, "/table") && sharded {
							continue // a rank has a share of its rows
						}
						require.LessOrEqual(t, largestDifference(values, results[0].weights[weight]), 2e-5, "%s, %d ranks", weight, size)
					}
				}
			}
		})
	}
}

// statisticsOf returns the statistics of a saved run by their names.
func statisticsOf(t *testing.T, dir string) map[string][]float32 {
	t.Helper()
	loaded, err := predict.Load(dir)
	require.NoError(t, err)
	defer loaded.Free()
	all := map[string][]float32{}
	for w := range loaded.Weights.All() {
		if strings.HasSuffix(w.Name, "/mean") || strings.HasSuffix(w.Name, "/variance") {
			all[w.Name] = slices.Clone(w.Values())
		}
	}
	return all
}

// A run on one core and one on two cores, and one that is interrupted at every step, leave the same bytes; statistics are among
// them, and are not what they were at first.
func TestStatisticsAreSavedAndRestored(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, m := range normalized() {
		t.Run(name, func(t *testing.T) {
			s := testrun.NewMixed(t)
			s.Run.Model, s.Run.Epochs = m, 2
			one, two, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "c")
			runtime.GOMAXPROCS(1)
			_, err := s.Train(one, -1)
			require.NoError(t, err)
			runtime.GOMAXPROCS(2)
			_, err = s.Train(two, -1)
			require.NoError(t, err)
			for _, steps := range []int{1, 3, 2, -1} {
				_, err := s.Train(broken, steps)
				if steps < 0 {
					require.NoError(t, err)
				}
			}
			require.Equal(t, testrun.LatestFiles(t, one), testrun.LatestFiles(t, two), "on two cores")
			require.Equal(t, testrun.LatestFiles(t, one), testrun.LatestFiles(t, broken), "with interruptions")
			statistics := statisticsOf(t, one)
			require.NotEmpty(t, statistics)
			for weight, values := range statistics {
				require.NotEqual(t, make([]float32, len(values)), values, weight)
			}
		})
	}
}

// The second pass of SAM sees other weights, whose statistics are nobody's: a step with a radius of next to nothing leaves the
// statistics of a step of Adam.
func TestTheSecondPassLeavesStatistics(t *testing.T) {
	set := testrun.Mixed(t)
	run := train.Run{Model: zoo.FinalNet{EmbeddingDim: 4, HiddenUnits: []int{8, 4}}, Train: set.Train, BatchSize: 150, Epochs: 1, Seed: 3}
	plain, twice := oneProcess(t, run, "adam"), oneProcess(t, run, "sam", solvers.WithRho(1e-9))
	require.Equal(t, plain.history[0].Steps, twice.history[0].Steps)
	for weight, values := range plain.weights {
		if strings.Contains(weight, "/norm/") {
			require.LessOrEqual(t, largestDifference(values, twice.weights[weight]), 1e-3, weight)
		}
	}
}
