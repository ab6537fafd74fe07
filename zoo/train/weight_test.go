package train_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// weighted returns samples of which some weigh 0, 1, 2 or 3, and the same samples as often as they weigh.
func weighted(t *testing.T) (weighted, repeated *datasets.Memory) {
	t.Helper()
	fields := []datasets.Field{{Name: "a", Rows: 9}, {Name: "b", Rows: 5}, {Name: "x", Kind: datasets.Numeric}}
	var ids, again []int32
	var numbers, labels, weights, numbersAgain, labelsAgain []float32
	for i := range 48 {
		sample, number, label := []int32{int32(i * i % 9), int32(i % 5)}, float32(i%7)/7-0.5, float32(i*i%5%2)
		ids, numbers, labels, weights = append(ids, sample...), append(numbers, number), append(labels, label), append(weights, float32(i%4))
		for range i % 4 {
			again, numbersAgain, labelsAgain = append(again, sample...), append(numbersAgain, number), append(labelsAgain, label)
		}
	}
	m, err := datasets.NewMemory(fields, ids, numbers, labels)
	require.NoError(t, err)
	weighted, err = m.Weighted(weights)
	require.NoError(t, err)
	repeated, err = datasets.NewMemory(fields, again, numbersAgain, labelsAgain)
	require.NoError(t, err)
	return weighted, repeated
}

// A sample that weighs 3 trains and counts as three samples do. In whole batches, so that the batches are the same.
func TestAWeightCountsAsSoManySamples(t *testing.T) {
	byWeight, repeated := weighted(t)
	list, err := metrics.Choose([]string{"auc", "logloss", "calibration", "pr_auc", "ne", "ece", "gauc:a"})
	require.NoError(t, err)
	of := func(source *datasets.Memory) train.Run {
		return train.Run{
			Model: zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: source, Test: source, BatchSize: source.Len(), Epochs: 5, Seed: 3, Metrics: list,
		}
	}
	for _, solver := range []string{"adamar", "sam"} {
		want := oneProcess(t, of(repeated), solver).history
		got := oneProcess(t, of(byWeight), solver).history
		onTwo := trainRanks(2, func(int) (train.Run, error) { return withSolver(of(byWeight), solver) })
		for _, r := range onTwo {
			require.NoError(t, r.err)
		}
		for epoch := range want {
			for _, history := range [][]metrics.Epoch{got, onTwo[0].history, onTwo[1].history} {
				require.InDelta(t, want[epoch].TrainLoss, history[epoch].TrainLoss, 1e-5)
				require.InDelta(t, want[epoch].EmbeddingNorm, history[epoch].EmbeddingNorm, 1e-4)
				for _, m := range list {
					if m.Detail {
						continue // counts samples, not weights
					}
					require.InDelta(t, want[epoch].Test.Value(m.Name), history[epoch].Test.Value(m.Name), 1e-4, "%s of epoch %d", m.Name, epoch+1)
				}
			}
		}
		require.Less(t, want[4].TrainLoss, want[0].TrainLoss, "it learns")
	}
}

func TestAResumedRunKeepsTheWeights(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Epochs = 2
	source := s.Run.Train.(*datasets.Memory)
	weights := make([]float32, source.Len())
	for i := range weights {
		weights[i] = float32(i%4) / 2
	}
	var err error
	s.Run.Train, err = source.Weighted(weights)
	require.NoError(t, err)
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	want, err := s.Train(straight, -1)
	require.NoError(t, err)
	_, err = s.Train(broken, 5)
	require.ErrorIs(t, err, context.Canceled)
	got, err := s.Train(broken, -1)
	require.NoError(t, err)
	require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
	require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, broken))

	s.Run.Train, err = source.Weighted(append([]float32{7}, weights[1:]...))
	require.NoError(t, err)
	_, err = s.Train(broken, -1)
	require.ErrorContains(t, err, "training data", "another weight is another log")
}
