package predict_test

import (
	"context"
	"math"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// batchOf is a whole source as one batch.
func batchOf(t *testing.T, s datasets.Source) *datasets.Batch {
	t.Helper()
	for b, err := range s.Batches(context.Background(), s.Len(), nil) {
		require.NoError(t, err)
		return b
	}
	return nil
}

// trainedLogits trains and saves, stops in mid-epoch if steps are given, and returns what the model
// says of the test part before it is saved and loaded.
func trainedLogits(t *testing.T, s *testrun.Saved, dir string, steps int) []float32 {
	t.Helper()
	d, err := checkpoint.Create(dir, nil)
	require.NoError(t, err)
	defer d.Close()
	run, checkpoints := s.Run, s.Checkpoints
	checkpoints.Directory = d
	run.Checkpoints = &checkpoints
	run.Solver, err = s.Solver()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	run.OnStep = func(s train.Step) {
		if s.Step == steps {
			cancel()
		}
	}
	trainer, err := train.NewTrainer(run)
	require.NoError(t, err)
	defer trainer.Free()
	if _, err = trainer.Train(ctx); steps > 0 {
		require.ErrorIs(t, err, context.Canceled)
	} else {
		require.NoError(t, err)
	}
	logits, _, err := trainer.Evaluator().Logits(context.Background(), run.Test)
	require.NoError(t, err)
	return logits
}

func TestALoadedModelPredictsTheSameBits(t *testing.T) {
	mixed := testrun.Mixed(t)
	check := func(t *testing.T, s *testrun.Saved, steps int) {
		dir := filepath.Join(t.TempDir(), "run")
		want := trainedLogits(t, s, dir, steps)
		saved, err := predict.Load(dir)
		require.NoError(t, err)
		defer saved.Free()
		require.Equal(t, s.Run.Model, saved.Model)
		require.Equal(t, s.Run.Encoding, saved.Encoding)
		p, err := saved.Predictor()
		require.NoError(t, err)
		batch := batchOf(t, s.Run.Test)
		got := make([]float32, batch.Rows)
		require.NoError(t, p.Logits(got, batch))
		require.Equal(t, want, got)
		require.NoError(t, p.Predict(got, batch))
		require.Equal(t, float32(graph.Sigmoid(float64(want[7]))), got[7])
	}
	settings := testrun.SmallSettings(zoo.Setting{Name: "history_fields", Value: ""}) // past shares the rows of a
	testrun.ForEveryModel(t, settings, func(t *testing.T, _ string, m zoo.Model) {
		for _, e := range solvers.Entries() {
			t.Run(e.Name, func(t *testing.T) {
				s := testrun.NewSaved(t)
				s.Run.Train, s.Run.Test, s.Run.Encoding = mixed.Train, mixed.Test, mixed.Encoding
				s.Run.Model = m
				s.Solver = func() (solvers.Solver, error) { return e.New() }
				check(t, s, 7) // within the second epoch
				if e.Name == "adamar" {
					check(t, s, 0)
				}
			})
		}
	})
}

// newPredictor is a predictor of an untrained model, and 1000 samples.
func newPredictor(t testing.TB) (*predict.Predictor, *datasets.Batch) {
	t.Helper()
	set, err := synthetic.Open(t.Context(), synthetic.Options{TrainRows: 100, TestRows: 1000, Seed: 5})
	require.NoError(t, err)
	trainer, err := train.NewTrainer(train.Run{Model: zoo.XDeepFM{}, Solver: testrun.Must(solvers.NewAdamAR()), Train: set.Train, Seed: 1})
	require.NoError(t, err)
	t.Cleanup(trainer.Free)
	p, err := predict.NewPredictor(zoo.XDeepFM{}, set.Train.Fields(), trainer.Weights())
	require.NoError(t, err)
	for b, err := range set.Test.Batches(context.Background(), 1000, nil) {
		require.NoError(t, err)
		return p, b
	}
	return nil, nil
}

// part is samples [from, to) of a batch of categorical fields.
func part(b *datasets.Batch, from, to int) *datasets.Batch {
	columns := len(b.IDs) / b.Rows
	return &datasets.Batch{Rows: to - from, IDs: b.IDs[from*columns : to*columns]}
}

func TestPredictorGivesEveryCallerTheSame(t *testing.T) {
	p, batch := newPredictor(t)
	want := make([]float32, batch.Rows)
	require.NoError(t, p.Predict(want, batch))
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			got := make([]float32, batch.Rows)
			for from := 0; from < batch.Rows; {
				to := min(batch.Rows, from+1+(from*7+caller*13)%90)
				if err := p.Predict(got[from:to], part(batch, from, to)); err != nil {
					t.Error(err)
				}
				from = to
			}
			for i := range got {
				if got[i] != want[i] {
					t.Errorf("caller %d, sample %d: %v, want %v", caller, i, got[i], want[i])
					return
				}
			}
		})
	}
	callers.Wait()
}

func TestPredictAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, which runs the short tests, allocates for itself")
	}
	p, batch := newPredictor(t)
	for _, precision := range []graph.Precision{graph.Float32, graph.BFloat16} {
		p.SetPrecision(precision)
		for _, n := range []int{1, 3, 50, 700} {
			dst, some := make([]float32, n), part(batch, 0, n)
			require.Zero(t, testing.AllocsPerRun(20, func() {
				if err := p.Predict(dst, some); err != nil {
					t.Error(err)
				}
			}), "%d samples in %v", n, precision)
		}
	}
}

func TestPredictorErrors(t *testing.T) {
	p, batch := newPredictor(t)
	require.NoError(t, p.Predict(nil, &datasets.Batch{}))
	require.ErrorContains(t, p.Predict(make([]float32, 2), part(batch, 0, 3)), "room for 2 predictions of 3 samples")
	require.ErrorContains(t, p.Predict(make([]float32, 3), &datasets.Batch{Rows: 3, IDs: make([]int32, 25)}), "has 25 ids and 0 numbers")
	bad := part(batch, 0, 300)
	bad.IDs[260*8+1] = math.MaxInt32
	err := p.Predict(make([]float32, 300), bad)
	require.ErrorIs(t, err, graph.ErrID)
	require.ErrorContains(t, err, `samples 256 to 299: graph: index: field "device", sample 4`)

	fields := []datasets.Field{{Name: "a", Rows: 2}}
	w := graph.NewWeights(nil)
	_, err = predict.NewPredictor(zoo.DNN{}, fields, w)
	require.ErrorContains(t, err, `there is no weight "deep/table"`)
}

func TestNoPredictionIsNaN(t *testing.T) {
	set := testrun.Numbers(t, make([]float32, 8)...)
	trainer, err := train.NewTrainer(train.Run{Model: zoo.DNN{}, Solver: testrun.Must(solvers.NewAdam()), Train: set, BatchSize: 8})
	require.NoError(t, err)
	defer trainer.Free()
	p, err := predict.NewPredictor(zoo.DNN{}, set.Fields(), trainer.Weights())
	require.NoError(t, err)
	batch := &datasets.Batch{Rows: 3, IDs: []int32{0, 1, 2}, Numbers: []float32{0, 1, float32(math.Inf(1))}}
	err = p.Predict(make([]float32, 3), batch)
	require.ErrorIs(t, err, zoo.ErrNonFinite)
	require.ErrorContains(t, err, "zoo: sample 2: not finite: the prediction is NaN")
}

// BenchmarkPredict tells how long one call takes.
func BenchmarkPredict(b *testing.B) {
	p, batch := newPredictor(b)
	for name, n := range map[string]int{"1": 1, "64": 64, "1000": 1000} {
		b.Run(name, func(b *testing.B) {
			dst, some := make([]float32, n), part(batch, 0, n)
			if err := p.Predict(dst, some); err != nil { // compiles the network
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Predict(dst, some); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
