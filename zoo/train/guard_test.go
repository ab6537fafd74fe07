package train_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// stoppedRun trains until an error and returns it with all weights.
func stoppedRun(t *testing.T, run train.Run, steps int) (weights [][]float32, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if steps == 0 {
		cancel()
	}
	run.OnStep = func(s train.Step) {
		if s.Step == steps {
			cancel()
		}
	}
	trainer, err := train.NewTrainer(run)
	require.NoError(t, err)
	defer trainer.Free()
	_, err = trainer.Train(ctx)
	trainer.Weights().SettleAll()
	for w := range trainer.Weights().All() {
		weights = append(weights, append([]float32(nil), w.Values()...))
	}
	return weights, err
}

func TestANumberThatIsNotFiniteStopsTheRunBeforeTheStep(t *testing.T) {
	for _, e := range solvers.Entries() {
		t.Run(e.Name, func(t *testing.T) {
			numbers := make([]float32, 32)
			for i := range numbers {
				numbers[i] = float32(i) / 32
			}
			numbers[20] = float32(math.Inf(1))
			solver := func() solvers.Solver { return testrun.Must(e.New()) }
			run := train.Run{Model: zoo.DNN{}, Solver: solver(), Train: testrun.Numbers(t, numbers...), BatchSize: 8, Seed: 3}
			stopped, err := stoppedRun(t, run, -1)
			require.ErrorIs(t, err, zoo.ErrNonFinite)
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
	trainer, err := train.NewTrainer(train.Run{Model: zoo.DNN{}, Solver: testrun.Must(solvers.NewAdam()), Train: testrun.Numbers(t, numbers...), BatchSize: 8})
	require.NoError(t, err)
	defer trainer.Free()
	trainer.Weights().Get("mlp/1/weight").Values()[5] = math.MaxFloat32
	trainer.Weights().Get("mlp/1/bias").Values()[3] = float32(math.Inf(1))
	_, err = trainer.Train(context.Background())
	require.ErrorContains(t, err, "step 1, batch 1: not finite: the loss is ")
	require.ErrorContains(t, err, "it begins in mlp/1/bias, sample 0 of the batch")
}

func TestOverflowInSAMsSecondPassPutsTheWeightsBack(t *testing.T) {
	set := testrun.Small(t, 64)
	run := train.Run{
		Model: zoo.DNN{}, Train: set.Train, BatchSize: 64, Seed: 3,
		Solver: testrun.Must(solvers.NewSAM(testrun.Must(solvers.NewAdam()), solvers.WithRho(math.MaxFloat32))),
	}
	stopped, err := stoppedRun(t, run, -1)
	require.ErrorIs(t, err, zoo.ErrNonFinite)
	require.ErrorContains(t, err, "step 1")
	run.Solver = testrun.Must(solvers.NewAdam())
	before, err := stoppedRun(t, run, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, before, stopped)
}

func TestARunThatDivergesLeavesItsCheckpoints(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(1e30)) }
	s.Checkpoints.EverySteps = 1
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.ErrorIs(t, err, zoo.ErrNonFinite)
	require.ErrorContains(t, err, "it begins in ")
	t.Log(err)
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	saved.Free()
}
