package train_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

func adamAR(t *testing.T) gorgonia.Solver {
	t.Helper()
	s, err := solvers.NewAdamAR()
	require.NoError(t, err)
	return s
}

func TestTrainReportsEveryEpoch(t *testing.T) {
	set := testrun.Small(t, 5000)
	var steps []train.Step
	result, err := train.Train(context.Background(), train.Run{
		Model: zoo.DNN{}, Solver: adamAR(t), Train: set.Train, Test: set.Test, Valid: set.Test,
		BatchSize: 300, Epochs: 3, Seed: 1, OnStep: func(s train.Step) { steps = append(steps, s) },
	})
	require.NoError(t, err)
	defer result.Free()
	history := result.History
	require.Len(t, history, 3)
	for i, e := range history {
		require.Equal(t, i+1, e.Epoch)
		require.Equal(t, 17*(i+1), e.Steps, "16 full batches and one of 200")
		require.Equal(t, 5000, e.Samples)
		require.Equal(t, 1000, e.Test.Samples)
		require.Equal(t, e.Test, e.Valid)
		require.False(t, e.Partial)
	}
	require.Less(t, history[2].TrainLoss, history[0].TrainLoss)
	require.Len(t, steps, 51)
	require.Equal(t, train.Step{Epoch: 1, Step: 17, Samples: 5000, Total: 5000, Loss: steps[16].Loss}, steps[16])
}

// trainedWeights trains and returns copies of all weights.
func trainedWeights(t *testing.T, run train.Run) [][]float32 {
	t.Helper()
	trainer, err := train.NewTrainer(run)
	require.NoError(t, err)
	defer trainer.Free()
	_, err = trainer.Train(context.Background())
	require.NoError(t, err)
	var all [][]float32
	for w := range trainer.Weights().All() {
		all = append(all, append([]float32(nil), w.Values()...))
	}
	return all
}

// weightsAfter trains with AdamAR.
func weightsAfter(t *testing.T, run train.Run) [][]float32 {
	t.Helper()
	run.Solver = adamAR(t)
	return trainedWeights(t, run)
}

func TestTheSameSeedGivesTheSameWeightsOnAnyNumberOfCores(t *testing.T) {
	set := testrun.Small(t, 3000)
	run := train.Run{Model: zoo.DNN{Dropout: 0.2}, Train: set.Train, Test: set.Test, Epochs: 2, Seed: 9}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := weightsAfter(t, run)
	runtime.GOMAXPROCS(2)
	require.Equal(t, one, weightsAfter(t, run))
	run.Seed = 10
	require.NotEqual(t, one, weightsAfter(t, run))
}

// A batch that pads 7 samples to 10 must train as a network of 7 does.
func TestAPartialBatchTrainsOnItsRealRowsOnly(t *testing.T) {
	set := testrun.Small(t, 1000)
	weights := func(size int) (all [][]float32) {
		w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
		network, err := zoo.NewTrainingNetwork(zoo.DNN{}, graph.NewBuilder(size, zoo.GraphFields(set.Train.Fields()), w))
		require.NoError(t, err)
		solver := adamAR(t)
		for batch, err := range set.Train.Batches(context.Background(), 7, nil) {
			require.NoError(t, err)
			require.NoError(t, network.Load(batch))
			require.NoError(t, network.RunAll())
			require.NoError(t, solver.Step(gorgonia.NodesToValueGrads(network.Learnables())))
			require.Len(t, network.Logits(), batch.Rows)
		}
		w.SettleAll()
		for weight := range w.All() {
			all = append(all, weight.Values())
		}
		return all
	}
	exact := weights(7)
	for i, padded := range weights(10) {
		require.InDeltaSlice(t, exact[i], padded, 1e-6)
	}
}

func TestAnInterruptedEpochIsPartial(t *testing.T) {
	set := testrun.Small(t, 5000)
	ctx, cancel := context.WithCancel(context.Background())
	result, err := train.Train(ctx, train.Run{
		Model: zoo.DNN{}, Solver: adamAR(t), Train: set.Train, Test: set.Test,
		OnStep: func(s train.Step) {
			if s.Step == 3 {
				cancel()
			}
		},
	})
	require.ErrorIs(t, err, context.Canceled)
	defer result.Free()
	history := result.History
	require.Len(t, history, 1)
	require.True(t, history[0].Partial)
	require.Equal(t, 3, history[0].Steps)
	require.Equal(t, 1000, history[0].Test.Samples)
}

func TestTrainErrors(t *testing.T) {
	set := testrun.Small(t, 100)
	good := train.Run{Model: zoo.DNN{}, Solver: adamAR(t), Train: set.Train}
	for want, change := range map[string]func(*train.Run){
		"no model":                                func(r *train.Run) { r.Model = nil },
		"no solver":                               func(r *train.Run) { r.Solver = nil },
		"the training part is empty":              func(r *train.Run) { r.Train = nil },
		"batch size must be at least":             func(r *train.Run) { r.BatchSize = -1 },
		"epochs must be at least":                 func(r *train.Run) { r.Epochs = -1 },
		"hidden_units must be at least 1, got -1": func(r *train.Run) { r.Model = zoo.DNN{HiddenUnits: []int{-1}} },
		"embedding_dim":                           func(r *train.Run) { r.Model = zoo.DNN{EmbeddingDim: -1} },
	} {
		run := good
		change(&run)
		_, err := train.Train(context.Background(), run)
		require.ErrorContains(t, err, want)
	}
	boom := errors.New("boom")
	run := good
	run.OnEpoch = func(metrics.Epoch) error { return boom }
	_, err := train.Train(context.Background(), run)
	require.ErrorIs(t, err, boom)
}

// The paper starts its embeddings at zero; the biases of the layers must then break the symmetry.
func TestEveryModelLearnsFromEmbeddingsAtZero(t *testing.T) {
	set := testrun.Small(t, 20000)
	settings := testrun.SmallSettings(zoo.Setting{Name: "hidden_units", Value: []int{16}}, zoo.Setting{Name: "block_units", Value: 16})
	testrun.ForEveryModel(t, settings, func(t *testing.T, _ string, m zoo.Model) {
		result, err := train.Train(context.Background(), train.Run{
			Model: m, Solver: adamAR(t),
			Train: set.Train, Test: set.Train, BatchSize: 100, Epochs: 2, Seed: 1, EmbeddingInit: graph.Zeros(),
		})
		require.NoError(t, err)
		defer result.Free()
		history := result.History
		require.Less(t, history[1].TrainLoss, history[0].TrainLoss)
		require.Greater(t, history[1].Test.AUC(), 0.6)
	})
}
