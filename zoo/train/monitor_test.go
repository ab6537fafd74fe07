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
