package train_test

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// overfits is a run whose best epoch is neither the first nor the last.
func overfits(t *testing.T) *testrun.Saved {
	s := testrun.NewSaved(t)
	s.Run.Model = zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}
	s.Run.Valid, s.Run.Monitor, s.Run.Epochs = s.Run.Test, metrics.ValidLogLoss, 6
	s.Solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(0.02)) }
	return s
}

// The test part that is measured once has the figures of the best epoch, as a run has them that measures every epoch; from
// memory, from checkpoints, and after an interruption. The weights at the end are those of the last epoch.
func TestTheTestPartIsMeasuredOnceForTheBestEpoch(t *testing.T) {
	s := overfits(t)
	every, err := s.Train(filepath.Join(t.TempDir(), "every"), -1)
	require.NoError(t, err)
	best := s.Run.Monitor.Best(every, metrics.Default())
	require.Greater(t, best, 0)
	require.Less(t, best, len(every)-1)
	want := every[best].Test
	ofLast := every[len(every)-1].Valid

	s.Run.TestOnce = true
	check := func(history []metrics.Epoch, err error) {
		t.Helper()
		require.NoError(t, err)
		for i, e := range history {
			if i != best {
				require.Nil(t, e.Test)
			}
		}
		require.Equal(t, want, history[best].Test)
	}
	dir := filepath.Join(t.TempDir(), "run")
	check(s.Train(dir, -1))
	check(s.Train(dir, -1)) // there is nothing left to do but to measure

	broken := filepath.Join(t.TempDir(), "broken")
	for range 9 {
		_, _ = s.Train(broken, 11)
	}
	check(s.Train(broken, -1))

	run := s.Run
	run.Solver = testrun.Must(s.Solver())
	result, err := train.Train(t.Context(), run)
	require.NoError(t, err)
	defer result.Free()
	check(result.History, nil)
	predictor, err := result.Predictor()
	require.NoError(t, err)
	f, err := predictor.Evaluate(run.Valid.Batches(t.Context(), 100, nil))
	require.NoError(t, err)
	require.Equal(t, ofLast.Samples, f.Samples)
	require.InDelta(t, ofLast.LogLoss(), f.LogLoss(), 1e-6)
}

// A run that goes on with another monitor may not have kept the epoch that is the best one now. It goes on all the same,
// and what it has kept can be loaded.
func TestAMonitorThatComesLate(t *testing.T) {
	s := overfits(t)
	monitor := s.Run.Monitor
	s.Run.Metrics = append(metrics.Default(), metrics.Metric{Name: "worst", Goal: metrics.Higher, Measure: func(p metrics.Predictions) float64 {
		return metrics.LogLoss(p.Logits, p.Labels)
	}})
	s.Run.Monitor, s.Run.TestOnce, s.Checkpoints.Keep = "valid_worst", true, 1
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	s.Run.Monitor, s.Run.Epochs = monitor, 7
	var notes []string
	s.Run.OnNote = func(text string) { notes = append(notes, text) }
	history, err := s.Train(dir, -1)
	require.NoError(t, err)
	require.Len(t, history, 7)
	require.Len(t, notes, 1)
	require.Contains(t, notes[0], "the test part is not measured")
	requireLoads(t, dir)
}

func requireLoads(t *testing.T, dir string) {
	t.Helper()
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	saved.Free()
}
