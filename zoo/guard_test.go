package zoo

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
)

// stoppedRun trains until an error and returns it with all weights.
func stoppedRun(t *testing.T, run Run, steps int) (weights [][]float32, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if steps == 0 {
		cancel()
	}
	run.OnStep = func(s Step) {
		if s.Step == steps {
			cancel()
		}
	}
	trainer, err := NewTrainer(run)
	require.NoError(t, err)
	defer trainer.Free()
	_, err = trainer.Train(ctx)
	trainer.Weights().SettleAll()
	for w := range trainer.Weights().All() {
		weights = append(weights, append([]float32(nil), w.Values()...))
	}
	return weights, err
}

// numbersSet has one category and one number a sample, 8 samples a batch.
func numbersSet(t *testing.T, numbers ...float32) datasets.Source {
	t.Helper()
	ids, labels := make([]int32, len(numbers)), make([]float32, len(numbers))
	for i := range ids {
		ids[i], labels[i] = int32(i%3), float32(i%2)
	}
	m, err := datasets.NewMemory([]datasets.Field{{Name: "a", Rows: 3}, {Name: "x", Kind: datasets.Numeric}}, ids, numbers, labels)
	require.NoError(t, err)
	return m
}

func TestANumberThatIsNotFiniteStopsTheRunBeforeTheStep(t *testing.T) {
	for _, e := range solvers.Catalog() {
		t.Run(e.Name, func(t *testing.T) {
			numbers := make([]float32, 32)
			for i := range numbers {
				numbers[i] = float32(i) / 32
			}
			numbers[20] = float32(math.Inf(1))
			solver := func() solvers.Solver { return must(e.New()) }
			run := Run{Model: DNN{}, Solver: solver(), Train: numbersSet(t, numbers...), BatchSize: 8, Seed: 3}
			stopped, err := stoppedRun(t, run, -1)
			require.ErrorIs(t, err, ErrNonFinite)
			require.Regexp(t, `^zoo: epoch 1, step (\d), batch \d: not finite: the loss is (NaN|\+Inf); it begins in numbers, sample \d of the batch$`, err.Error())
			var step int
			for step = 1; err.Error()[len("zoo: epoch 1, step ")] != byte('0'+step); step++ {
			}
			run.Solver = solver()
			before, err := stoppedRun(t, run, step-1)
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, before, stopped)
		})
	}
}

func TestTheGuardNamesTheLayer(t *testing.T) {
	numbers := make([]float32, 8)
	trainer, err := NewTrainer(Run{Model: DNN{}, Solver: must(solvers.NewAdam()), Train: numbersSet(t, numbers...), BatchSize: 8})
	require.NoError(t, err)
	defer trainer.Free()
	trainer.Weights().Get("mlp/1/weight").Values()[5] = math.MaxFloat32
	trainer.Weights().Get("mlp/1/bias").Values()[3] = float32(math.Inf(1))
	_, err = trainer.Train(context.Background())
	require.ErrorContains(t, err, "step 1, batch 1: not finite: the loss is ")
	require.ErrorContains(t, err, "it begins in mlp/1/bias, sample 0 of the batch")
}

func TestOverflowInSAMsSecondPassPutsTheWeightsBack(t *testing.T) {
	set := smallSet(t, 64)
	run := Run{
		Model: DNN{}, Train: set.Train, BatchSize: 64, Seed: 3,
		Solver: must(solvers.NewSAM(must(solvers.NewAdam()), solvers.WithRho(math.MaxFloat32))),
	}
	stopped, err := stoppedRun(t, run, -1)
	require.ErrorIs(t, err, ErrNonFinite)
	require.ErrorContains(t, err, "step 1")
	run.Solver = must(solvers.NewAdam())
	before, err := stoppedRun(t, run, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, stopped)
}

func TestARunThatDivergesLeavesItsCheckpoints(t *testing.T) {
	s := newSavedRun(t)
	s.solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(1e30)) }
	s.checkpoints.EverySteps = 1
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.train(dir, -1)
	require.ErrorIs(t, err, ErrNonFinite)
	require.ErrorContains(t, err, "it begins in ")
	t.Log(err)
	saved, err := Load(dir)
	require.NoError(t, err)
	saved.Free()
}
