package zoo

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
)

func TestBest(t *testing.T) {
	epoch := func(auc, loss float64) Epoch { return Epoch{Valid: &Metrics{AUC: auc, LogLoss: loss}} }
	history := []Epoch{epoch(math.NaN(), 0.5), epoch(0.6, 0.4), epoch(0.7, 0.45), epoch(0.7, 0.4), {Partial: true, Valid: &Metrics{AUC: 1}}}
	require.Equal(t, 2, ValidAUC.Best(history), "the first of equals")
	require.Equal(t, 1, ValidLogLoss.Best(history))
	require.Equal(t, -1, NoMonitor.Best(history))
	require.Equal(t, -1, ValidAUC.Best(history[:1]))
	require.Equal(t, -1, ValidAUC.Best([]Epoch{{}}))
}

func TestTrainingStopsEarlyAndLoadTakesTheBest(t *testing.T) {
	s := newSavedRun(t)
	s.run.Model = DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}
	s.run.Valid, s.run.Monitor, s.run.Patience, s.run.Epochs = s.run.Test, ValidLogLoss, 2, 20
	s.solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(0.05)) }
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	history, err := s.train(straight, -1)
	require.NoError(t, err)
	best := ValidLogLoss.Best(history)
	require.Less(t, len(history), 20)
	require.Equal(t, len(history)-1, best+2)

	saved, err := Load(straight)
	require.NoError(t, err)
	defer saved.Free()
	require.Len(t, saved.History, best+1)
	p, err := saved.Predictor()
	require.NoError(t, err)
	m, err := p.Evaluate(s.run.Valid.Batches(t.Context(), 100, nil))
	require.NoError(t, err)
	require.Equal(t, *history[best].Valid, m)

	for range 5 {
		_, _ = s.train(broken, 11)
	}
	again, err := s.train(broken, -1)
	require.NoError(t, err)
	require.Equal(t, withoutTime(history), withoutTime(again))
}

func TestMonitorErrors(t *testing.T) {
	for want, change := range map[string]func(r *Run){
		`unknown monitor "auc"; known: valid_auc, valid_logloss`: func(r *Run) { r.Monitor = "auc" },
		"monitor valid_auc needs a validation part":              func(r *Run) { r.Monitor, r.Valid = ValidAUC, nil },
		"patience needs a monitor":                               func(r *Run) { r.Patience = 1 },
		"patience must be at least 0, got -1":                    func(r *Run) { r.Patience = -1 },
	} {
		run := newSavedRun(t).run
		run.Solver = adamAR(t)
		change(&run)
		_, err := NewTrainer(run)
		require.ErrorIs(t, err, ErrRun)
		require.ErrorContains(t, err, want)
	}
}
