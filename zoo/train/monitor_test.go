package train_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

func TestTrainingStopsEarlyAndLoadTakesTheBest(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Model = zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}
	s.Run.Valid, s.Run.Monitor, s.Run.Patience, s.Run.Epochs = s.Run.Test, metrics.ValidLogLoss, 2, 20
	s.Solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(0.05)) }
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	history, err := s.Train(straight, -1)
	require.NoError(t, err)
	best := metrics.ValidLogLoss.Best(history, metrics.Default())
	require.Less(t, len(history), 20)
	require.Equal(t, len(history)-1, best+2)

	saved, err := predict.Load(straight)
	require.NoError(t, err)
	defer saved.Free()
	require.Len(t, saved.History, best+1)
	p, err := saved.Predictor()
	require.NoError(t, err)
	f, err := p.Evaluate(s.Run.Valid.Batches(t.Context(), 100, nil))
	require.NoError(t, err)
	require.Equal(t, *history[best].Valid, f)

	for range 5 {
		_, _ = s.Train(broken, 11)
	}
	again, err := s.Train(broken, -1)
	require.NoError(t, err)
	require.Equal(t, testrun.WithoutTime(history), testrun.WithoutTime(again))
}

func TestMonitorErrors(t *testing.T) {
	for want, change := range map[string]func(r *train.Run){
		`unknown monitor "auc"; known: valid_auc, valid_logloss`: func(r *train.Run) { r.Monitor = "auc" },
		"monitor valid_auc needs a validation part":              func(r *train.Run) { r.Monitor, r.Valid = metrics.ValidAUC, nil },
		"patience needs a monitor":                               func(r *train.Run) { r.Patience = 1 },
		"patience must be at least 0, got -1":                    func(r *train.Run) { r.Patience = -1 },
	} {
		run := testrun.NewSaved(t).Run
		run.Solver = testrun.Must(solvers.NewAdamAR())
		change(&run)
		_, err := train.NewTrainer(run)
		require.ErrorIs(t, err, train.ErrRun)
		require.ErrorContains(t, err, want)
	}
}

// The AUC of one class does not exist: that is known before the first step. A log loss does.
func TestAMonitorThatDoesNotExist(t *testing.T) {
	run := testrun.NewSaved(t).Run
	run.Solver = testrun.Must(solvers.NewAdamAR())
	labels := make([]float32, 100)
	columns, numbers := datasets.Width(run.Train.Fields())
	ids := make([]int32, columns*len(labels))
	for _, label := range []float32{0, 1} {
		for i := range labels {
			labels[i] = label
		}
		valid, err := datasets.NewMemory(run.Train.Fields(), ids, make([]float32, numbers*len(labels)), labels)
		require.NoError(t, err)
		run.Valid, run.Monitor, run.Patience = valid, metrics.ValidAUC, 1
		_, err = train.NewTrainer(run)
		require.ErrorIs(t, err, train.ErrRun)
		require.ErrorContains(t, err, "of the 100 samples of the validation part have the label 1")
		run.Monitor = metrics.ValidLogLoss
		trainer, err := train.NewTrainer(run)
		require.NoError(t, err)
		require.False(t, trainer.StoppedEarly(), "nothing was trained yet")
		trainer.Free()
	}
}

// What a caller may get wrong is an error.
func TestNothingGiven(t *testing.T) {
	for name, change := range map[string]func(r *train.Run){
		"no model":        func(r *train.Run) { r.Model = (*zoo.DNN)(nil) },
		"no source":       func(r *train.Run) { r.Train = (*datasets.Memory)(nil) },
		"no test part":    func(r *train.Run) { r.Test = (*datasets.Memory)(nil) },
		"no valid part":   func(r *train.Run) { r.Valid = (*datasets.Memory)(nil) },
		"no solver":       func(r *train.Run) { r.Solver = (*solvers.SAM)(nil) },
		"negative batch":  func(r *train.Run) { r.BatchSize = -1 },
		"negative epochs": func(r *train.Run) { r.Epochs = -1 },
	} {
		run := testrun.NewSaved(t).Run
		run.Solver = testrun.Must(solvers.NewAdamAR())
		change(&run)
		_, err := train.Train(t.Context(), run)
		require.ErrorIs(t, err, train.ErrRun, name)
	}
	run := testrun.NewSaved(t).Run
	run.Solver = testrun.Must(solvers.NewAdamAR())
	var none context.Context
	_, err := train.Train(none, run)
	require.ErrorIs(t, err, train.ErrRun)

	run.Solver, run.Epochs = testrun.Must(solvers.NewAdamAR()), 1
	result, err := train.Train(t.Context(), run)
	require.NoError(t, err)
	p, err := result.Predictor()
	require.NoError(t, err)
	require.Error(t, p.Predict(nil, nil))
	result.Free()
	require.ErrorIs(t, p.Predict(make([]float32, 1), &datasets.Batch{}), predict.ErrFreed)
	_, err = result.Predictor()
	require.ErrorIs(t, err, predict.ErrFreed)
	require.ErrorIs(t, result.Save(filepath.Join(t.TempDir(), "run")), predict.ErrFreed)
	result.Free()
	_, err = predict.NewPredictor(nil, nil, nil)
	require.Error(t, err)
}
