package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// format is the number of the format of checkpoints. It grows with every change that makes older versions misread them.
const format = 1

// Manifest describes a checkpoint.
type Manifest struct {
	Format   int             `json:"format"`
	Run      Identity        `json:"run"`
	Monitor  metrics.Monitor `json:"monitor,omitempty"`
	Position Position        `json:"position"`
	Dropouts []byte          `json:"dropouts"` // the state of their generator
	// LearnRate may have been changed since the start of the run.
	LearnRate float64         `json:"learning_rate"`
	History   []metrics.Epoch `json:"history"`
	Tables    []string        `json:"tables"` // the weights that are tables
	Parts     map[string]Part `json:"parts"`  // by path from the checkpoint
	// Ranks is how many there were in a parallel job; absent of one process.
	Ranks int `json:"ranks,omitempty"`
	// Best is the name of the checkpoint after the best epoch; absent without a monitor, and in checkpoints from before
	// there were metrics of one's own.
	Best string `json:"best,omitempty"`
}

// HasEncoding says whether the run can read raw samples.
func (m *Manifest) HasEncoding() bool { _, has := m.Parts[vocabularyFile]; return has }

// HasState says whether the checkpoint has the state of a solver, so that a run can go on from it.
func (m *Manifest) HasState() bool { _, has := m.Parts[stateFile]; return has }

// Plain returns the manifest of the same model without the state of a solver, as predict.Trained saves it: nothing is left
// of the run but the model, the name of its solver, its precision and its history.
func (m *Manifest) Plain() Manifest {
	plain := Manifest{
		Format: format, Run: Identity{Model: m.Run.Model, Solver: m.Run.Solver, Fields: m.Run.Fields, Precision: m.Run.Precision},
		History: append([]metrics.Epoch{}, m.History...), Position: Position{Epoch: metrics.Whole(m.History) + 1},
		Tables: m.Tables, Parts: maps.Clone(m.Parts),
	}
	delete(plain.Parts, stateFile)
	return plain
}

// HashModel returns the SHA-256 of what a model predicts by: its type and settings, fields, weights and encoding. It is the
// same for a checkpoint of a run and for a copy that was saved without the state of the solver.
func (m *Manifest) HashModel() (string, error) {
	text, err := json.Marshal([]any{m.Run.Model, m.Run.Fields, m.Tables, m.Plain().Parts})
	return Hash(text), err
}

// Check finds out whether all files of the checkpoint in dir are as they were written. The error of one that is not wraps
// ErrDamaged. A checkpoint has files of fixed names only.
func (m *Manifest) Check(dir string) error {
	files := []string{weightsFile, stateFile, schemaFile, vocabularyFile}
	if _, has := m.Parts[weightsFile]; !has {
		return fmt.Errorf("%s is %w: it has no %s", filepath.Join(dir, manifestFile), ErrDamaged, weightsFile)
	}
	for name := range m.Parts {
		if !slices.Contains(files, name) {
			return fmt.Errorf("%s is %w: no checkpoint has a file %q", filepath.Join(dir, manifestFile), ErrDamaged, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Parts)) {
		if err := m.Parts[name].check(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// CheckEncoding is Check for the files of the encoding only.
func (m *Manifest) CheckEncoding(dir string) error {
	for _, name := range []string{schemaFile, vocabularyFile} {
		if part, has := m.Parts[name]; has {
			if err := part.check(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Weights is the file of the weights.
func (m *Manifest) Weights() Part { return m.Parts[weightsFile] }

// OtherEncoding returns the name of a file of the encoding that is not as parts has it; "" if all are.
func (m *Manifest) OtherEncoding(parts map[string]Part) string {
	for _, name := range []string{schemaFile, vocabularyFile} {
		if m.Parts[name] != parts[name] {
			return filepath.Base(name)
		}
	}
	return ""
}

// best returns the name of the checkpoint after the best epoch, or "".
func (m *Manifest) best() string {
	if m.Best != "" {
		return m.Best
	}
	return Best(m.Monitor, m.History, metrics.Default())
}

// ReadManifest reads the manifest of the checkpoint in dir.
func ReadManifest(dir string) (*Manifest, error) {
	var m Manifest
	path := filepath.Join(dir, manifestFile)
	// The format first: the rest of another one may not even parse.
	var version struct{ Format int }
	if err := readSealed(path, &version); err != nil {
		return nil, err
	}
	if version.Format != format {
		return nil, fmt.Errorf("%s: %w: it has format %d, this version reads %d", path, ErrFormat, version.Format, format)
	}
	return &m, readSealed(path, &m)
}

// HashManifest returns the SHA-256 of the manifest that Find finds, and so of all that it covers.
func HashManifest(path string) (string, error) {
	dir, _, err := Find(path)
	if err != nil {
		return "", err
	}
	text, err := safefile.Read(filepath.Join(dir, manifestFile), mostJSON)
	return Hash(text), err
}

// Find finds the checkpoint that a path means, and reads its manifest: the checkpoint itself, or in the directory of a run
// that of the best epoch if the run has a monitor, else the latest.
// In the folder of a stream it finds that of the latest day.
func Find(path string) (dir string, m *Manifest, err error) {
	err = FindAnd(path, func(found string, manifest *Manifest) error {
		dir, m = found, manifest
		return nil
	})
	return dir, m, err
}

// tries is how often a checkpoint is looked for while a run that is under way removes what was found.
const tries = 10

// FindAnd is Find for what reads files of the checkpoint. A run that is under way may remove a checkpoint at any time: if do
// returns an fs.ErrNotExist, a checkpoint is found again.
func FindAnd(path string, do func(dir string, m *Manifest) error) error {
	for try := 1; ; try++ {
		dir, m, err := find(path)
		if err == nil {
			err = do(dir, m)
		}
		if !errors.Is(err, fs.ErrNotExist) || dir == path || try == tries {
			return err
		}
	}
}

// find finds a checkpoint. If it cannot be read, dir is where it was.
func find(path string) (dir string, m *Manifest, err error) {
	path = Resolve(path)
	m, err = ReadManifest(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return path, m, err
	}
	if _, err := os.Stat(path); err != nil {
		return path, nil, err
	}
	names, err := list(path)
	if err != nil {
		return "", nil, err
	}
	if len(names) == 0 {
		return path, nil, fmt.Errorf("%s: %w", path, ErrNoCheckpoint)
	}
	latest := names[len(names)-1]
	dir = filepath.Join(path, latest)
	if m, err = ReadManifest(dir); err != nil {
		return dir, nil, err
	}
	best := m.best()
	if best == "" || best == latest {
		return dir, m, nil
	}
	if !namePattern.MatchString(best) {
		return "", nil, fmt.Errorf("%s is %w: no checkpoint is called %q", filepath.Join(dir, manifestFile), ErrDamaged, best)
	}
	kept, err := ReadManifest(filepath.Join(path, best))
	if errors.Is(err, fs.ErrNotExist) {
		if names, _ := list(path); len(names) == 0 || names[len(names)-1] != latest { // the run has gone on meanwhile
			return dir, nil, err
		}
		return dir, m, nil // a run that got its monitor late may not have kept it
	}
	return filepath.Join(path, best), kept, err
}
