package zoo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
)

// Saved is a trained model as it was saved.
type Saved struct {
	Path     string // of the checkpoint
	Model    Model
	Fields   []datasets.Field
	Weights  *graph.Weights     // of which none may be trained
	Encoding *datasets.Encoding // of raw samples; nil if the run had none
	History  []Epoch            // the epochs that were trained
	Solver   string             // its name and options

	manifest *manifest
}

// Load reads the model in the directory of a run: that of the best epoch if the run has a monitor,
// else the latest. Given a checkpoint within, it reads that one. All bytes are checked. own are
// values of model types that are not in the catalog; only their type counts.
func Load(path string, own ...Model) (*Saved, error) {
	s, err := load(path, own)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return s, nil
}

func load(path string, own []Model) (*Saved, error) {
	dir, m, err := findCheckpoint(path)
	if err != nil {
		return nil, err
	}
	if err := m.checkParts(dir); err != nil {
		return nil, err
	}
	s := &Saved{Path: dir, Fields: m.Run.Fields, History: epochsOf(m.History), Solver: m.Run.Solver, manifest: m}
	if s.Model, err = m.Run.Model.model(own); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if _, has := m.Parts[vocabularyFile]; has {
		if s.Encoding, err = readEncoding(dir); err != nil {
			return nil, err
		}
		if err := s.checkFields(); err != nil {
			return nil, err
		}
	}
	s.Weights, err = readWeights(filepath.Join(dir, weightsFile), m.Tables)
	return s, err
}

// checkFields finds out whether the encoding is that of the model's fields.
func (s *Saved) checkFields() error {
	fields, err := s.Encoding.Fields()
	if err == nil && !slices.Equal(fields, s.Fields) {
		err = fmt.Errorf("%s is %w: its vocabularies are not those of the model", s.Path, ErrDamaged)
	}
	return err
}

// findCheckpoint finds the checkpoint that a path means.
func findCheckpoint(path string) (string, *manifest, error) {
	m, err := readManifest(filepath.Join(path, manifestFile))
	if !errors.Is(err, fs.ErrNotExist) {
		return path, m, err
	}
	if _, err := os.Stat(path); err != nil {
		return "", nil, err
	}
	names, err := checkpoints(path)
	if err != nil {
		return "", nil, err
	}
	if len(names) == 0 {
		return "", nil, fmt.Errorf("%s: %w", path, ErrNoCheckpoint)
	}
	latest := filepath.Join(path, names[len(names)-1])
	if m, err = readManifest(filepath.Join(latest, manifestFile)); err != nil {
		return "", nil, err
	}
	best := bestCheckpoint(m.Monitor, epochsOf(m.History))
	if best == "" || best == names[len(names)-1] {
		return latest, m, nil
	}
	path = filepath.Join(path, best)
	m, err = readManifest(filepath.Join(path, manifestFile))
	return path, m, err
}

// readWeights reads all weights of a file.
func readWeights(path string, tables []string) (*graph.Weights, error) {
	m, err := openTensors(path)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	w := graph.NewWeights(nil)
	for _, t := range m.Tensors {
		if len(t.Shape) != 2 {
			err = fmt.Errorf("%s is %w: %q has shape %v", path, ErrDamaged, t.Name, t.Shape)
		}
		var weight *graph.Weight
		if err == nil {
			weight, err = w.Add(t.Name, int(t.Shape[0]), int(t.Shape[1]), slices.Contains(tables, t.Name))
		}
		if err == nil {
			err = read(m, t.Name, weight.Values())
		}
		if err != nil {
			w.Free()
			return nil, err
		}
	}
	return w, nil
}

// Predictor predicts with the model. It shares its weights.
func (s *Saved) Predictor() (*Predictor, error) { return NewPredictor(s.Model, s.Fields, s.Weights) }

// Free gives the memory of the weights back, which the garbage collector does not. No Predictor of the
// model may be used afterwards.
func (s *Saved) Free() { s.Weights.Free() }
