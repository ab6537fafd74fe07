package train_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

func TestAResumedRunEndsWithTheSameBytes(t *testing.T) {
	for _, e := range solvers.Entries() {
		t.Run(e.Name, func(t *testing.T) {
			s := testrun.NewSaved(t)
			s.Solver = func() (solvers.Solver, error) { return e.New() }
			straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			want, err := s.Train(straight, -1)
			require.NoError(t, err)
			require.Len(t, want, 3)

			// 16 batches an epoch: within the first, at the end of the first, within the third, and
			// twice in a row at the same place
			for _, steps := range []int{5, 11, 20, 1} {
				_, err := s.Train(broken, steps)
				require.ErrorIs(t, err, context.Canceled)
			}
			s.Checkpoints.EverySteps = 3 // must not matter
			got, err := s.Train(broken, -1)
			require.NoError(t, err)
			require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
			require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, broken))

			again, err := s.Train(broken, -1)
			require.NoError(t, err, "a run that has ended has nothing left to do")
			require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(again))

			s.Run.Epochs = 4
			more, err := s.Train(broken, -1)
			require.NoError(t, err)
			require.Len(t, more, 4)
		})
	}
}

func TestARunThatIsInterruptedAtEveryStepEndsWithTheSameBytes(t *testing.T) {
	settings := testrun.SmallSettings(zoo.Setting{Name: "dropout", Value: 0.5})
	testrun.ForEveryModel(t, settings, func(t *testing.T, _ string, m zoo.Model) {
		s := testrun.NewSaved(t)
		s.Run.Epochs = 2
		s.Run.Model = m
		straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
		want, err := s.Train(straight, -1)
		require.NoError(t, err)
		steps := 1
		if testing.Short() {
			steps = 4
		}
		for range 32 / steps {
			_, err := s.Train(broken, steps)
			require.ErrorIs(t, err, context.Canceled)
		}
		got, err := s.Train(broken, -1)
		require.NoError(t, err)
		require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
		require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, broken))
	})
}

func TestOnlyTheLatestCheckpointsAndTheBestAreKept(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Valid, s.Run.Monitor = s.Run.Test, metrics.ValidLogLoss
	s.Run.Epochs = 6
	s.Checkpoints.EverySteps = 6
	s.Solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(0.05)) }
	dir := filepath.Join(t.TempDir(), "run")
	history, err := s.Train(dir, -1)
	require.NoError(t, err)
	best := metrics.ValidLogLoss.Best(history, metrics.Default())
	require.Less(t, best, 4, "Adam at this rate is worse later")
	names, err := filepath.Glob(filepath.Join(dir, "epoch-*"))
	require.NoError(t, err)
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	require.Equal(t, []string{
		fmt.Sprintf("epoch-%04d-batch-00000000", best+2), "epoch-0006-batch-00000010", "epoch-0007-batch-00000000",
	}, names)
}

func TestAnotherRunIsRefused(t *testing.T) {
	other := testrun.Small(t, 1001)
	for want, change := range map[string]func(*testrun.Saved){
		"model: it has":    func(s *testrun.Saved) { s.Run.Model = zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{9}, Dropout: 0.3} },
		`"type":"zoo.WDL"`: func(s *testrun.Saved) { s.Run.Model = zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.3} },
		"alpha=0.0001": func(s *testrun.Saved) {
			s.Solver = func() (solvers.Solver, error) { return solvers.NewAdamAR(solvers.WithAlpha(1e-3)) }
		},
		"solver: it has \"AdamAR":     func(s *testrun.Saved) { s.Solver = func() (solvers.Solver, error) { return solvers.NewAdam() } },
		"batch size: it has 64":       func(s *testrun.Saved) { s.Run.BatchSize = 32 },
		"seed: it has 4":              func(s *testrun.Saved) { s.Run.Seed = 5 },
		"start of embeddings: it has": func(s *testrun.Saved) { s.Run.EmbeddingInit = graph.Normal(0.1) },
		"schema (fields): it has":     func(s *testrun.Saved) { s.Run.Train = other.Train },
		"test data: it has":           func(s *testrun.Saved) { s.Run.Test = nil },
		"validation data: it has":     func(s *testrun.Saved) { s.Run.Valid = s.Run.Test },
		"training data: it has": func(s *testrun.Saved) {
			m := datasets.Batch{}
			for b, err := range s.Run.Train.Batches(context.Background(), 1000, nil) {
				require.NoError(t, err)
				m = *b
			}
			m.Labels[500] = 1 - m.Labels[500]
			changed, err := datasets.NewMemory(s.Run.Train.Fields(), m.IDs, m.Numbers, m.Labels)
			require.NoError(t, err)
			s.Run.Train = changed
		},
		"vocabulary.safetensors is another": func(s *testrun.Saved) {
			e := *s.Run.Encoding
			e.Vocabularies = append([]*datasets.Vocabulary{e.Vocabularies[1]}, e.Vocabularies[1:]...)
			s.Run.Encoding = &e
		},
		"schema.yaml is another": func(s *testrun.Saved) { s.Run.Encoding = nil },
	} {
		t.Run(want, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			_, err := testrun.NewSaved(t).Train(dir, 20)
			require.ErrorIs(t, err, context.Canceled)
			before := testrun.LatestFiles(t, dir)
			s := testrun.NewSaved(t)
			change(s)
			_, err = s.Train(dir, -1)
			require.ErrorIs(t, err, checkpoint.ErrMismatch)
			require.ErrorContains(t, err, want)
			require.Equal(t, before, testrun.LatestFiles(t, dir))
		})
	}
}
