package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// Evaluations within epochs, 16 steps each, come after every fifth step of an epoch, and have figures of their own.
func TestEvaluationsWithinEpochs(t *testing.T) {
	s := overfits(t)
	s.Run.EvaluateEvery, s.Run.Epochs = 5, 2
	history, err := s.Train(filepath.Join(t.TempDir(), "run"), -1)
	require.NoError(t, err)
	var places [][3]int
	for _, e := range history {
		places = append(places, [3]int{e.Epoch, e.Batches, e.Steps})
	}
	require.Equal(t, [][3]int{{1, 5, 5}, {1, 10, 10}, {1, 15, 15}, {1, 0, 16}, {2, 5, 21}, {2, 10, 26}, {2, 15, 31}, {2, 0, 32}}, places)
	require.Equal(t, 2, metrics.Whole(history))
	require.Equal(t, 5*64, history[0].Samples)
	require.NotEqual(t, history[0].Valid, history[1].Valid)

	s.Run.EvaluateEvery = 16 // only at the ends of epochs, as without it
	history, err = s.Train(filepath.Join(t.TempDir(), "ends"), -1)
	require.NoError(t, err)
	require.Len(t, history, 2)
}

// An evaluation within an epoch may stop the run, and may be the best one, which is kept and found again, and of which the
// test part is measured.
func TestARunStopsWithinAnEpoch(t *testing.T) {
	s := overfits(t)
	s.Run.EvaluateEvery, s.Run.Patience, s.Run.TestOnce, s.Checkpoints.Keep = 3, 4, true, 1
	dir := filepath.Join(t.TempDir(), "run")
	history, err := s.Train(dir, -1)
	require.NoError(t, err)
	best := s.Run.Monitor.Best(history, metrics.Default())
	require.Equal(t, len(history)-1, best+4)
	require.NotZero(t, history[best].Batches, "the best one is within an epoch")
	require.NotZero(t, history[len(history)-1].Batches, "so is the last one")
	require.NotNil(t, history[best].Test)

	saved, err := predict.Load(dir)
	require.NoError(t, err)
	defer saved.Free()
	require.Equal(t, checkpoint.Of(&history[best]), filepath.Base(saved.Path))
	p, err := saved.Predictor()
	require.NoError(t, err)
	for _, part := range []struct {
		figures *metrics.Figures
		of      func() (metrics.Figures, error)
	}{
		{history[best].Valid, func() (metrics.Figures, error) { return p.Evaluate(s.Run.Valid.Batches(t.Context(), 100, nil)) }},
		{history[best].Test, func() (metrics.Figures, error) { return p.Evaluate(s.Run.Test.Batches(t.Context(), 100, nil)) }},
	} {
		got, err := part.of()
		require.NoError(t, err)
		require.Equal(t, *part.figures, got)
	}

	again, err := s.Train(dir, -1)
	require.NoError(t, err, "a run that has stopped has nothing left to do")
	require.Equal(t, testrun.WithoutTime(history), testrun.WithoutTime(again))

	run := s.Run // the best weights are kept in memory
	run.Solver = testrun.Must(s.Solver())
	result, err := train.Train(t.Context(), run)
	require.NoError(t, err)
	defer result.Free()
	require.Equal(t, history[best].Test, result.History[best].Test)
}

// A run that was killed at any time, here by an error that it does not save after, ends with the same bytes.
func TestARunThatIsKilledWithinAnEpochEndsWithTheSameBytes(t *testing.T) {
	killed := errors.New("killed")
	s := overfits(t)
	s.Run.EvaluateEvery, s.Run.Epochs = 5, 3
	straight := filepath.Join(t.TempDir(), "straight")
	want, err := s.Train(straight, -1)
	require.NoError(t, err)
	s.Checkpoints.EverySteps = 4
	for at := range want {
		dir, evaluations := filepath.Join(t.TempDir(), "run"), 0
		s.Run.OnEpoch = func(metrics.Epoch) error {
			if evaluations++; evaluations == at+1 {
				return killed
			}
			return nil
		}
		_, err := s.Train(dir, -1)
		require.ErrorIs(t, err, killed)
		s.Run.OnEpoch = nil
		got, err := s.Train(dir, -1)
		require.NoError(t, err)
		require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
		require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, dir))
	}
}

func TestARunThatIsInterruptedAtEveryEvaluationEndsWithTheSameBytes(t *testing.T) {
	s := overfits(t)
	s.Run.EvaluateEvery, s.Run.Epochs = 2, 2
	straight, broken := filepath.Join(t.TempDir(), "straight"), filepath.Join(t.TempDir(), "broken")
	want, err := s.Train(straight, -1)
	require.NoError(t, err)
	for range 32 {
		_, err := s.Train(broken, 1)
		require.ErrorIs(t, err, context.Canceled)
	}
	got, err := s.Train(broken, -1)
	require.NoError(t, err)
	require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
	require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, broken))
}

func TestEvaluationsNeedAPart(t *testing.T) {
	for want, change := range map[string]func(r *train.Run){
		"must be at least 0, got -1":            func(r *train.Run) { r.EvaluateEvery = -1 },
		"need a validation part or a test part": func(r *train.Run) { r.EvaluateEvery, r.Valid, r.Test, r.Monitor = 1, nil, nil, metrics.NoMonitor },
	} {
		run := overfits(t).Run
		run.Solver = testrun.Must(overfits(t).Solver())
		change(&run)
		_, err := train.NewTrainer(run)
		require.ErrorIs(t, err, train.ErrRun)
		require.ErrorContains(t, err, want)
	}
}
