package testrun

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// Saved is a small run that is saved to a directory.
type Saved struct {
	Run         train.Run
	Solver      func() (solvers.Solver, error)
	Checkpoints train.Checkpoints
	Settings    map[string]string
}

// NewSaved has dropout and all kinds of fields that a synthetic log has.
func NewSaved(t testing.TB) *Saved {
	t.Helper()
	set := Small(t, 1000)
	return &Saved{
		Run: train.Run{
			Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.3},
			Train: set.Train, Test: set.Test, Encoding: set.Encoding, BatchSize: 64, Epochs: 3, Seed: 4,
		},
		Solver: func() (solvers.Solver, error) { return solvers.NewAdamAR() },
	}
}

// NewMixed is NewSaved over the set Mixed.
func NewMixed(t testing.TB) *Saved {
	t.Helper()
	s, set := NewSaved(t), Mixed(t)
	s.Run.Train, s.Run.Test, s.Run.Encoding = set.Train, set.Test, set.Encoding
	return s
}

// Open opens the directory of a run, anew or from where it is.
func Open(dir string, settings map[string]string) (*checkpoint.Directory, error) {
	if Exists(filepath.Join(dir, "settings.json")) {
		return checkpoint.Open(dir)
	}
	return checkpoint.Create(dir, settings)
}

// Train runs in a directory, anew or from where it is, until the end or the number of steps given.
func (s *Saved) Train(dir string, steps int) ([]metrics.Epoch, error) {
	d, err := Open(dir, s.Settings)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	run, checkpoints := s.Run, s.Checkpoints
	checkpoints.Directory = d
	run.Checkpoints = &checkpoints
	if run.Solver, err = s.Solver(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	run.OnStep = func(train.Step) {
		if steps--; steps == 0 {
			cancel()
		}
	}
	result, err := train.Train(ctx, run)
	if result == nil {
		return nil, err
	}
	defer result.Free()
	return result.History, err
}

// Exists says whether there is a file.
func Exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Latest returns the path of the latest checkpoint.
func Latest(t testing.TB, dir string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "epoch-*"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths[len(paths)-1]
}

// LatestFiles returns the hashes of the weights and the state of the solver in the latest checkpoint, and its name.
func LatestFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	path := Latest(t, dir)
	files := map[string]string{"name": filepath.Base(path)}
	for _, name := range []string{"weights.safetensors", "solver.safetensors"} {
		data, err := os.ReadFile(filepath.Join(path, name))
		require.NoError(t, err)
		files[name] = checkpoint.Hash(data)
	}
	return files
}

// WithoutTime returns the epochs without what differs from run to run.
func WithoutTime(history []metrics.Epoch) []metrics.Epoch {
	for i := range history {
		history[i].Seconds = 0
	}
	return history
}

// EditSealed changes the content of a JSON file that carries the SHA-256 of its content.
func EditSealed(t testing.TB, path string, change map[string]any) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var file struct {
		SHA256  string         `json:"sha256"`
		Content map[string]any `json:"content"`
	}
	require.NoError(t, json.Unmarshal(text, &file))
	for name, value := range change {
		file.Content[name] = value
	}
	content, err := json.Marshal(file.Content)
	require.NoError(t, err)
	sum := sha256.Sum256(content)
	file.SHA256 = hex.EncodeToString(sum[:])
	text, err = json.Marshal(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
}
