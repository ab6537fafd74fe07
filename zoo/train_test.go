package zoo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

func smallSet(t testing.TB, rows int) *datasets.Set {
	t.Helper()
	set, err := synthetic.Open(t.Context(), synthetic.Options{TrainRows: rows, TestRows: 1000, Seed: 5})
	require.NoError(t, err)
	return set
}

func adamAR(t *testing.T) gorgonia.Solver {
	t.Helper()
	s, err := solvers.NewAdamAR()
	require.NoError(t, err)
	return s
}

func TestTrainReportsEveryEpoch(t *testing.T) {
	set := smallSet(t, 5000)
	var steps []Step
	history, err := Train(context.Background(), Run{
		Model: DNN{}, Solver: adamAR(t), Train: set.Train, Test: set.Test, Valid: set.Test,
		BatchSize: 300, Epochs: 3, Seed: 1, OnStep: func(s Step) { steps = append(steps, s) },
	})
	require.NoError(t, err)
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
	require.Equal(t, Step{Epoch: 1, Step: 17, Samples: 5000, Total: 5000, Loss: steps[16].Loss}, steps[16])
}

// trainedWeights trains and returns copies of all weights.
func trainedWeights(t *testing.T, run Run) [][]float32 {
	t.Helper()
	trainer, err := NewTrainer(run)
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
func weightsAfter(t *testing.T, run Run) [][]float32 {
	t.Helper()
	run.Solver = adamAR(t)
	return trainedWeights(t, run)
}

func TestTheSameSeedGivesTheSameWeightsOnAnyNumberOfCores(t *testing.T) {
	set := smallSet(t, 3000)
	run := Run{Model: DNN{Dropout: 0.2}, Train: set.Train, Test: set.Test, Epochs: 2, Seed: 9}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := weightsAfter(t, run)
	runtime.GOMAXPROCS(2)
	require.Equal(t, one, weightsAfter(t, run))
	run.Seed = 10
	require.NotEqual(t, one, weightsAfter(t, run))
}

// A batch that pads 7 samples to 10 must train as a network of 7 does.
func TestAPartialBatchTrainsOnItsRealRowsOnly(t *testing.T) {
	set := smallSet(t, 1000)
	weights := func(size int) (all [][]float32) {
		w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
		network, err := NewTrainingNetwork(DNN{}, graph.NewBuilder(size, GraphFields(set.Train.Fields()), w))
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
	set := smallSet(t, 5000)
	ctx, cancel := context.WithCancel(context.Background())
	history, err := Train(ctx, Run{
		Model: DNN{}, Solver: adamAR(t), Train: set.Train, Test: set.Test,
		OnStep: func(s Step) {
			if s.Step == 3 {
				cancel()
			}
		},
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, history, 1)
	require.True(t, history[0].Partial)
	require.Equal(t, 3, history[0].Steps)
	require.Equal(t, 1000, history[0].Test.Samples)
}

func TestTrainErrors(t *testing.T) {
	set := smallSet(t, 100)
	good := Run{Model: DNN{}, Solver: adamAR(t), Train: set.Train}
	for want, change := range map[string]func(*Run){
		"no model":                      func(r *Run) { r.Model = nil },
		"no solver":                     func(r *Run) { r.Solver = nil },
		"the training part is empty":    func(r *Run) { r.Train = nil },
		"batch size must be at least":   func(r *Run) { r.BatchSize = -1 },
		"epochs must be at least":       func(r *Run) { r.Epochs = -1 },
		"mlp/0: units must be at least": func(r *Run) { r.Model = DNN{HiddenUnits: []int{-1}} },
		"embedding_dim":                 func(r *Run) { r.Model = DNN{EmbeddingDim: -1} },
	} {
		run := good
		change(&run)
		_, err := Train(context.Background(), run)
		require.ErrorContains(t, err, want)
	}
	boom := errors.New("boom")
	run := good
	run.OnEpoch = func(Epoch) error { return boom }
	_, err := Train(context.Background(), run)
	require.ErrorIs(t, err, boom)

	_, err = New("fm", Hyperparameters{})
	require.ErrorIs(t, err, ErrUnknownModel)
	require.ErrorContains(t, err, `"fm"; known: dnn`)
}

func Example() {
	set, err := synthetic.Open(context.Background(), synthetic.Options{TrainRows: 2000, TestRows: 500})
	if err != nil {
		fmt.Println(err)
		return
	}
	solver, err := solvers.NewAdamAR(solvers.WithAlpha(1e-4))
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := Train(context.Background(), Run{
		Model: DNN{HiddenUnits: []int{64, 32}}, Solver: solver,
		Train: set.Train, Test: set.Test, Epochs: 2, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range history {
		fmt.Printf("epoch %d: %d steps, test AUC known: %v\n", e.Epoch, e.Steps, e.Test.AUC > 0)
	}
	// Output:
	// epoch 1: 4 steps, test AUC known: true
	// epoch 2: 8 steps, test AUC known: true
}
