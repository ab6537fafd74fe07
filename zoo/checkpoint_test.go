package zoo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
)

// savedRun is a small run that is saved to a directory.
type savedRun struct {
	run         Run
	solver      func() (solvers.Solver, error)
	checkpoints Checkpoints
	settings    map[string]string
}

// newSavedRun has dropout and all kinds of fields that a synthetic log has.
func newSavedRun(t testing.TB) *savedRun {
	t.Helper()
	set := smallSet(t, 1000)
	return &savedRun{
		run: Run{
			Model: DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.3},
			Train: set.Train, Test: set.Test, BatchSize: 64, Epochs: 3, Seed: 4,
		},
		solver:      func() (solvers.Solver, error) { return solvers.NewAdamAR() },
		checkpoints: Checkpoints{Encoding: set.Encoding},
	}
}

// train runs in a directory, anew or from where it is, until the end or the number of steps given.
func (s *savedRun) train(dir string, steps int) ([]Epoch, error) {
	open := OpenDirectory
	if !exists(filepath.Join(dir, settingsFile)) {
		open = func(path string) (*Directory, error) { return CreateDirectory(path, s.settings) }
	}
	d, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	run, checkpoints := s.run, s.checkpoints
	checkpoints.Directory = d
	run.Checkpoints = &checkpoints
	if run.Solver, err = s.solver(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	run.OnStep = func(Step) {
		if steps--; steps == 0 {
			cancel()
		}
	}
	return Train(ctx, run)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// latestFiles are the weights and the state of the solver in the latest checkpoint.
func latestFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := checkpoints(dir)
	require.NoError(t, err)
	require.NotEmpty(t, names)
	files := map[string]string{"name": names[len(names)-1]}
	for _, name := range []string{weightsFile, solverFile} {
		data, err := os.ReadFile(filepath.Join(dir, names[len(names)-1], name))
		require.NoError(t, err)
		files[name] = hash(data)
	}
	return files
}

// withoutTime are the epochs without what differs from run to run.
func withoutTime(history []Epoch) []Epoch {
	for i := range history {
		history[i].Seconds = 0
	}
	return history
}

func TestAResumedRunEndsWithTheSameBytes(t *testing.T) {
	for _, e := range solvers.Catalog() {
		t.Run(e.Name, func(t *testing.T) {
			s := newSavedRun(t)
			s.solver = func() (solvers.Solver, error) { return e.New() }
			straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			want, err := s.train(straight, -1)
			require.NoError(t, err)
			require.Len(t, want, 3)

			// 16 batches an epoch: within the first, at the end of the first, within the third, and
			// twice in a row at the same place
			for _, steps := range []int{5, 11, 20, 1} {
				_, err := s.train(broken, steps)
				require.ErrorIs(t, err, context.Canceled)
			}
			s.checkpoints.EverySteps = 3 // must not matter
			got, err := s.train(broken, -1)
			require.NoError(t, err)
			require.Equal(t, withoutTime(want), withoutTime(got))
			require.Equal(t, latestFiles(t, straight), latestFiles(t, broken))

			again, err := s.train(broken, -1)
			require.NoError(t, err, "a run that has ended has nothing left to do")
			require.Equal(t, withoutTime(want), withoutTime(again))

			s.run.Epochs = 4
			more, err := s.train(broken, -1)
			require.NoError(t, err)
			require.Len(t, more, 4)
		})
	}
}

func TestARunThatIsInterruptedAtEveryStepEndsWithTheSameBytes(t *testing.T) {
	forEveryModel(t, func(t *testing.T, e Entry) {
		s := newSavedRun(t)
		s.run.Epochs = 2
		s.run.Model = e.New(Hyperparameters{EmbeddingDim: 4, HiddenUnits: []int{8}, CINUnits: []int{4}, Dropout: 0.5})
		straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
		want, err := s.train(straight, -1)
		require.NoError(t, err)
		for range 32 {
			_, err := s.train(broken, 1)
			require.ErrorIs(t, err, context.Canceled)
		}
		got, err := s.train(broken, -1)
		require.NoError(t, err)
		require.Equal(t, withoutTime(want), withoutTime(got))
		require.Equal(t, latestFiles(t, straight), latestFiles(t, broken))
	})
}

func TestOnlyTheLatestCheckpointsAndTheBestAreKept(t *testing.T) {
	s := newSavedRun(t)
	s.run.Valid, s.run.Monitor = s.run.Test, ValidLogLoss
	s.run.Epochs = 6
	s.checkpoints.EverySteps = 6
	s.solver = func() (solvers.Solver, error) { return solvers.NewAdam(solvers.WithLearnRate(0.05)) }
	dir := filepath.Join(t.TempDir(), "run")
	history, err := s.train(dir, -1)
	require.NoError(t, err)
	best := ValidLogLoss.Best(history)
	require.Less(t, best, 4, "Adam at this rate is worse later")
	names, err := checkpoints(dir)
	require.NoError(t, err)
	require.Equal(t, []string{
		fmt.Sprintf("epoch-%04d-batch-00000000", best+2), "epoch-0006-batch-00000010", "epoch-0007-batch-00000000",
	}, names)
}

func TestAnotherRunIsRefused(t *testing.T) {
	other := smallSet(t, 1001)
	for want, change := range map[string]func(*savedRun){
		"model: it has":    func(s *savedRun) { s.run.Model = DNN{EmbeddingDim: 4, HiddenUnits: []int{9}, Dropout: 0.3} },
		`"type":"zoo.WDL"`: func(s *savedRun) { s.run.Model = WDL{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.3} },
		"alpha=0.0001": func(s *savedRun) {
			s.solver = func() (solvers.Solver, error) { return solvers.NewAdamAR(solvers.WithAlpha(1e-3)) }
		},
		"solver: it has \"AdamAR":     func(s *savedRun) { s.solver = func() (solvers.Solver, error) { return solvers.NewAdam() } },
		"batch size: it has 64":       func(s *savedRun) { s.run.BatchSize = 32 },
		"seed: it has 4":              func(s *savedRun) { s.run.Seed = 5 },
		"start of embeddings: it has": func(s *savedRun) { s.run.EmbeddingInit = graph.Normal(0.1) },
		"schema (fields): it has":     func(s *savedRun) { s.run.Train = other.Train },
		"test data: it has":           func(s *savedRun) { s.run.Test = nil },
		"validation data: it has":     func(s *savedRun) { s.run.Valid = s.run.Test },
		"training data: it has": func(s *savedRun) {
			m := datasets.Batch{}
			for b, err := range s.run.Train.Batches(context.Background(), 1000, nil) {
				require.NoError(t, err)
				m = *b
			}
			m.Labels[500] = 1 - m.Labels[500]
			changed, err := datasets.NewMemory(s.run.Train.Fields(), m.IDs, m.Numbers, m.Labels)
			require.NoError(t, err)
			s.run.Train = changed
		},
		"vocabulary.safetensors is another": func(s *savedRun) {
			e := *s.checkpoints.Encoding
			e.Vocabularies = append([]*datasets.Vocabulary{e.Vocabularies[1]}, e.Vocabularies[1:]...)
			s.checkpoints.Encoding = &e
		},
		"schema.yaml is another": func(s *savedRun) { s.checkpoints.Encoding = nil },
	} {
		t.Run(want, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			_, err := newSavedRun(t).train(dir, 20)
			require.ErrorIs(t, err, context.Canceled)
			before := latestFiles(t, dir)
			s := newSavedRun(t)
			change(s)
			_, err = s.train(dir, -1)
			require.ErrorIs(t, err, ErrMismatch)
			require.ErrorContains(t, err, want)
			require.Equal(t, before, latestFiles(t, dir))
		})
	}
}

func TestDirectories(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "run")
	_, err := OpenDirectory(dir)
	require.ErrorIs(t, err, ErrHoldsNoRun)
	d, err := CreateDirectory(dir, map[string]string{"epochs": "3"})
	require.NoError(t, err)
	_, err = OpenDirectory(dir)
	require.ErrorIs(t, err, ErrInUse)
	_, err = CreateDirectory(dir, nil)
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, d.Close())
	d, err = CreateDirectory(dir, map[string]string{"epochs": "3"})
	require.NoError(t, err, "a run that has saved nothing may begin anew")
	require.NoError(t, d.Close())
	checkpoint := filepath.Join(dir, "epoch-0002-batch-00000000")
	require.NoError(t, os.Mkdir(checkpoint, 0o700))
	_, err = CreateDirectory(dir, nil)
	require.ErrorIs(t, err, ErrHoldsRun)
	require.NoError(t, os.Remove(checkpoint))

	require.NoError(t, os.Mkdir(filepath.Join(dir, "epoch-0001-batch-00000001.tmp"), 0o700))
	d, err = OpenDirectory(dir)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"epochs": "3"}, d.Settings())
	require.False(t, exists(filepath.Join(dir, "epoch-0001-batch-00000001.tmp")), "left by a run that was killed")
	require.NoError(t, d.Close())

	require.NoError(t, os.WriteFile(filepath.Join(dir, settingsFile), []byte(`{"sha256":"0","content":{"epochs":"4"}}`), 0o600))
	_, err = OpenDirectory(dir)
	require.ErrorIs(t, err, ErrDamaged)
	require.ErrorContains(t, err, settingsFile)

	own := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(own, "schema.yaml"), nil, 0o600))
	_, err = CreateDirectory(own, nil)
	require.ErrorIs(t, err, ErrHoldsFile)
	require.ErrorContains(t, err, "schema.yaml")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = CreateDirectory(filepath.Join(file, "run"), nil)
	require.ErrorContains(t, err, "not a directory")
}

func TestNamesOfCheckpointsAreSortedByNumber(t *testing.T) {
	dir := t.TempDir()
	want := []string{"epoch-0002-batch-00000010", "epoch-0002-batch-123456789", "epoch-0010-batch-00000000", "epoch-10000-batch-00000000"}
	for _, name := range append([]string{"epoch-2-batch-1", "epoch-0003-batch-00000000.tmp", "other"}, want...) {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	got, err := checkpoints(dir)
	require.NoError(t, err)
	require.Equal(t, want, got)
}
