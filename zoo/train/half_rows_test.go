package train_test

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// halfRows is AdamAR with rows in bfloat16.
func halfRows(more ...solvers.Option) func() (solvers.Solver, error) {
	return func() (solvers.Solver, error) {
		return solvers.NewAdamAR(append(more, solvers.WithRowWeights(), solvers.WithSeed(2))...)
	}
}

// A run whose rows are in bfloat16 predicts the same from memory, from its checkpoint and from a copy: settled rows in float32.
func TestRowsInBFloat16ArePredictedWithAsTheyAreEvaluated(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Model, s.Solver = zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, halfRows()
	history, err := s.Train(filepath.Join(t.TempDir(), "run"), -1)
	require.NoError(t, err)

	run := s.Run
	run.Solver, run.Diagnose = testrun.Must(s.Solver()), true
	result, err := train.Train(t.Context(), run)
	require.NoError(t, err)
	defer result.Free()
	last := result.History[len(result.History)-1]
	require.Equal(t, history[len(history)-1].Test, last.Test)
	require.InEpsilon(t, history[len(history)-1].EmbeddingNorm, last.EmbeddingNorm, 1e-12)
	require.NotEmpty(t, last.Diagnostics.Fields)
	require.Positive(t, last.Diagnostics.Fields[0].Norm)

	copied := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, result.Save(copied))
	loaded, err := predict.Load(copied)
	require.NoError(t, err)
	defer loaded.Free()
	var values []float32
	for w := range result.Weights.All() {
		settled, err := w.Settled()
		require.NoError(t, err)
		require.Equal(t, loaded.Weights.Get(w.Name).Values(), settled)
		if w.Table != nil {
			require.Equal(t, graph.BFloat16, w.Table.Precision())
			values = settled
		}
	}
	for batch, err := range s.Run.Test.Batches(t.Context(), 50, nil) {
		require.NoError(t, err)
		fromMemory, fromFile := make([]float32, batch.Rows), make([]float32, batch.Rows)
		require.NoError(t, testrun.Must(result.Predictor()).Predict(fromMemory, batch))
		require.NoError(t, testrun.Must(loaded.Predictor()).Predict(fromFile, batch))
		require.Equal(t, fromFile, fromMemory)
		break
	}
	for row := range testrun.Must(result.Rows("", s.Run.Train.Fields()[0].Name)) {
		require.Equal(t, values[:len(row.Vector)], row.Vector)
		break
	}
}

// The test part that is measured once has the figures of the best epoch, though its rows were not kept in bfloat16.
func TestTheBestEpochOfRowsInBFloat16IsMeasured(t *testing.T) {
	s := overfits(t)
	s.Solver = halfRows(solvers.WithLearnRate(0.02), solvers.WithAlpha(0))
	dir := filepath.Join(t.TempDir(), "every")
	every, err := s.Train(dir, -1)
	require.NoError(t, err)
	best := s.Run.Monitor.Best(every, metrics.Default())
	require.Less(t, best, len(every)-1)

	s.Run.TestOnce = true
	once, err := s.Train(filepath.Join(t.TempDir(), "once"), -1)
	require.NoError(t, err)
	require.Equal(t, every[best].Test, once[best].Test)

	run := s.Run
	run.Solver = testrun.Must(s.Solver())
	result, err := train.Train(t.Context(), run)
	require.NoError(t, err)
	defer result.Free()
	require.Equal(t, every[best].Test, result.History[best].Test)
	settled, err := result.Weights.Get("deep/table").Settled()
	require.NoError(t, err)
	latest, err := predict.Load(testrun.Latest(t, dir))
	require.NoError(t, err)
	defer latest.Free()
	require.Equal(t, latest.Weights.Get("deep/table").Values(), settled, "the weights at the end are those of the last epoch")
}

// A run goes on from rows in bfloat16 as they were, beside rows that are new, and another solver takes them in float32.
func TestAGrownTableInBFloat16(t *testing.T) {
	const dim = 4
	m, dir := zoo.DNN{EmbeddingDim: dim, HiddenUnits: []int{8}}, t.TempDir()
	small, grown, whole := filepath.Join(dir, "small"), filepath.Join(dir, "grown"), filepath.Join(dir, "whole")
	lived(t, small, "", m, dayOf(t, 1, 200, 20, 20), halfRows())
	saved, err := predict.Load(small)
	require.NoError(t, err)
	defer saved.Free()
	before := saved.Weights.Get("deep/table").Values()

	trainer, err := train.NewTrainer(train.Run{
		Model: m, Solver: testrun.Must(halfRows()()), Train: dayOf(t, 2, 200, 30, 30), BatchSize: 20, From: small, EmbeddingInit: graph.Zeros(),
	})
	require.NoError(t, err)
	defer trainer.Free()
	table := trainer.Weights().Get("deep/table").Table
	require.Equal(t, graph.BFloat16, table.Precision())
	for row := range 20 { // of the first field
		require.Equal(t, before[row*dim:(row+1)*dim], table.Row(row), "row %d", row)
		require.Zero(t, table.Row(20 + row%10)[0])
	}
	require.NotZero(t, before[0])

	lived(t, grown, small, m, dayOf(t, 2, 200, 30, 30), halfRows())
	lived(t, whole, small, m, dayOf(t, 2, 200, 30, 30), func() (solvers.Solver, error) { return solvers.NewAdamAR() })
	lived(t, filepath.Join(dir, "again"), whole, m, dayOf(t, 3, 200, 30, 30), halfRows())
}
