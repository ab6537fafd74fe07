package train_test

import (
	"context"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

func needBFloat16(t *testing.T) {
	t.Helper()
	if err := graph.BFloat16.Available(); err != nil {
		t.Skip(err)
	}
}

// wide is a model with layers that are wide enough for bfloat16.
func wide() zoo.Model { return zoo.DNN{EmbeddingDim: 8, HiddenUnits: []int{48, 32}, Dropout: 0.1} }

func TestBFloat16LearnsWhatFloat32Learns(t *testing.T) {
	needBFloat16(t)
	set := testrun.Small(t, 20_000)
	run := train.Run{Model: wide(), Train: set.Train, Test: set.Test, BatchSize: 256, Epochs: 4, Seed: 1}
	want := oneProcess(t, run, "adamar")
	run.Precision = graph.BFloat16
	got := oneProcess(t, run, "adamar")
	require.NotEqual(t, sumOf(want.weights), sumOf(got.weights))
	require.InDelta(t, want.history[3].Test.AUC(), got.history[3].Test.AUC(), .002)
	require.Greater(t, got.history[3].Test.AUC(), got.history[0].Test.AUC()+.01, "it learns")
}

func TestBFloat16GivesTheSameWeightsOnAnyNumberOfCores(t *testing.T) {
	set := testrun.Small(t, 3000)
	run := train.Run{Model: wide(), Train: set.Train, Test: set.Test, Epochs: 2, Seed: 9, Precision: graph.BFloat16}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := weightsAfter(t, run)
	for _, cores := range []int{2, 5} {
		runtime.GOMAXPROCS(cores)
		require.Equal(t, one, weightsAfter(t, run))
	}
}

func TestRanksInBFloat16StayEqual(t *testing.T) {
	set := testrun.Small(t, 3000)
	run := train.Run{Model: wide(), Train: set.Train, Test: set.Test, BatchSize: 256, Epochs: 1, Seed: 3, Precision: graph.BFloat16}
	results := trainRanks(2, func(int) (train.Run, error) { return withSolver(run, "adamar") })
	for _, r := range results {
		require.NoError(t, r.err)
		require.Equal(t, sumOf(results[0].weights), sumOf(r.weights))
	}
}

// savedInBFloat16 is a small run whose checkpoints say its precision.
func savedInBFloat16(t *testing.T) *testrun.Saved {
	s := testrun.NewSaved(t)
	s.Run.Model, s.Run.Precision = wide(), graph.BFloat16
	return s
}

func TestARunInBFloat16GoesOnWithTheSameBytes(t *testing.T) {
	s := savedInBFloat16(t)
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	want, err := s.Train(straight, -1)
	require.NoError(t, err)
	for _, steps := range []int{5, 11, 20, 1} {
		_, err := s.Train(broken, steps)
		require.ErrorIs(t, err, context.Canceled)
	}
	s.Run.Precision = graph.Float32
	_, err = s.Train(broken, -1)
	require.ErrorIs(t, err, checkpoint.ErrMismatch)
	require.ErrorContains(t, err, `precision: it has "bf16", this run has "float32"`)

	s.Run.Precision = graph.BFloat16
	got, err := s.Train(broken, -1)
	require.NoError(t, err)
	require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
	require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, broken))
}

func TestAModelPredictsInThePrecisionOfItsTraining(t *testing.T) {
	needBFloat16(t)
	s, dir := savedInBFloat16(t), filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	defer saved.Free()
	require.Equal(t, graph.BFloat16, saved.Precision)
	own := logitsOf(t, saved, s.Run.Test)

	run := s.Run
	run.Solver, err = solvers.NewAdamAR()
	require.NoError(t, err)
	result, err := train.Train(context.Background(), run)
	require.NoError(t, err)
	defer result.Free()
	require.Equal(t, own, logitsOf(t, result.Trained, s.Run.Test), "a model that was not saved")
	plain := filepath.Join(t.TempDir(), "plain")
	require.NoError(t, result.Save(plain))
	copied, err := predict.Load(plain)
	require.NoError(t, err)
	defer copied.Free()
	require.Equal(t, own, logitsOf(t, copied, s.Run.Test), "a copy without the state of a solver")

	saved.Precision = graph.Float32
	other := logitsOf(t, saved, s.Run.Test)
	require.NotEqual(t, own, other)
	require.InDeltaSlice(t, own, other, .05)
}

func TestAPrecisionThatDoesNotExistIsRefused(t *testing.T) {
	set := testrun.Small(t, 100)
	_, err := train.NewTrainer(train.Run{Model: zoo.DNN{}, Solver: adamAR(t), Train: set.Train, Precision: 7})
	require.ErrorIs(t, err, train.ErrRun)
	require.ErrorIs(t, err, kernel.ErrPrecision)
}
