package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// logitsOf are those of a trained model over a source.
func logitsOf(t *testing.T, m *predict.Trained, s datasets.Source) []float32 {
	t.Helper()
	p, err := m.Predictor()
	require.NoError(t, err)
	var all []float32
	for batch, err := range s.Batches(context.Background(), 100, nil) {
		require.NoError(t, err)
		logits := make([]float32, batch.Rows)
		require.NoError(t, p.Logits(logits, batch))
		all = append(all, logits...)
	}
	return all
}

func TestAResultPredictsAndIsSaved(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		run := testrun.NewMixed(t).Run
		run.Solver = testrun.Must(solvers.NewAdamAR())
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		run.OnStep = func(s train.Step) {
			if interrupted && s.Step == 7 {
				cancel()
			}
		}
		result, err := train.Train(ctx, run)
		if interrupted {
			require.ErrorIs(t, err, context.Canceled)
		} else {
			require.NoError(t, err)
		}
		defer result.Free()
		want := logitsOf(t, result.Trained, run.Test)
		last := result.History[len(result.History)-1]
		require.Equal(t, last.Partial, interrupted)
		labels := make([]float32, 0, len(want))
		for batch, err := range run.Test.Batches(context.Background(), 1000, nil) {
			require.NoError(t, err)
			labels = append(labels, batch.Labels...)
		}
		require.Equal(t, last.Test.AUC(), metrics.AUC(want, labels))

		dir := filepath.Join(t.TempDir(), "model")
		require.NoError(t, result.Save(dir))
		require.ErrorIs(t, result.Save(dir), checkpoint.ErrHoldsRun)
		loaded, err := predict.Load(dir)
		require.NoError(t, err)
		defer loaded.Free()
		require.Equal(t, want, logitsOf(t, loaded, run.Test))
		require.Equal(t, result.Encoding, loaded.Encoding)
		require.Equal(t, result.Solver, loaded.Solver)
		report, err := loaded.Inspect()
		require.NoError(t, err)
		require.True(t, math.IsNaN(report.Segments[0].Never), "there is no state of a solver")
		_, err = result.Inspect()
		require.ErrorIs(t, err, predict.ErrNotLoaded)
	}
}

func TestTheWeightsOfAnOwnLoopAreSavedAndLoaded(t *testing.T) {
	set := testrun.Small(t, 500)
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer w.Free()
	model := &zoo.WDL{EmbeddingDim: 4}
	network, err := zoo.NewTrainingNetwork(model, graph.NewBuilder(50, zoo.GraphFields(set.Train.Fields()), w))
	require.NoError(t, err)
	solver := testrun.Must(solvers.NewAdam())
	defer solver.Free()
	for batch, err := range set.Train.Batches(context.Background(), 50, nil) {
		require.NoError(t, err)
		require.NoError(t, network.Load(batch))
		require.NoError(t, network.RunAll())
		require.NoError(t, solver.Step(gorgonia.NodesToValueGrads(network.Learnables())))
	}
	own := &predict.Trained{Model: model, Fields: set.Train.Fields(), Weights: w}
	dir := filepath.Join(t.TempDir(), "model")
	require.NoError(t, own.Save(dir))
	loaded, err := predict.Load(dir)
	require.NoError(t, err)
	defer loaded.Free()
	require.Equal(t, model, loaded.Model)
	require.Equal(t, logitsOf(t, own, set.Test), logitsOf(t, loaded, set.Test))

	own.Model = zoo.DNN{EmbeddingDim: 4}
	require.ErrorContains(t, own.Save(filepath.Join(t.TempDir(), "other")), `the model zoo.DNN has no weight "wide/table"`)
	require.ErrorContains(t, (&predict.Trained{}).Save(dir), "there is no model")
}

// A run with tables that are spread over ranks leaves no whole model in memory.
func TestAShardDoesNotPredict(t *testing.T) {
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer w.Free()
	w.SetShard(graph.Shard{Rank: 0, Size: 2})
	set := testrun.Small(t, 100)
	_, err := zoo.NewTrainingNetwork(zoo.DNN{}, graph.NewBuilder(50, zoo.GraphFields(set.Train.Fields()), w))
	require.NoError(t, err)
	_, err = predict.NewPredictor(zoo.DNN{}, set.Train.Fields(), w)
	require.ErrorContains(t, err, `table "deep/table" is spread over 2 ranks`)
}

func TestAMetricOfOnesOwnIsMonitored(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Valid, s.Run.Epochs = s.Run.Test, 4
	accuracy := metrics.Metric{Name: "errors", Goal: metrics.Lower, Measure: func(p metrics.Predictions) float64 {
		wrong := 0.0
		for i, x := range p.Logits {
			if (x > -1) != (p.Labels[i] > 0) {
				wrong++
			}
		}
		return wrong / float64(len(p.Logits))
	}}
	s.Run.Metrics = append(metrics.Default(), accuracy)
	s.Run.Monitor, s.Run.Patience = "valid_errors", 1
	s.Solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(0.05)) }
	dir := filepath.Join(t.TempDir(), "run")
	history, err := s.Train(dir, -1)
	require.NoError(t, err)
	best := s.Run.Monitor.Best(history, s.Run.Metrics)
	require.Less(t, best, len(history)-1)
	loaded, err := predict.Load(dir)
	require.NoError(t, err)
	defer loaded.Free()
	require.Len(t, loaded.History, best+1, "the checkpoint knows which epoch was best")
	require.Equal(t, history[best].Valid.Value("errors"), loaded.History[best].Valid.Value("errors"))
}
