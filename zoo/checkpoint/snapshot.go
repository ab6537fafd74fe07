package checkpoint

import (
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/maruel/safetensors"
)

// Snapshot is a checkpoint in memory.
type Snapshot struct {
	Manifest
	Weights *Tensors // every row of every table settled
	State   *Tensors // of the solver; nil if nobody is to train on
}

// Write writes the files of a checkpoint to dir, and returns once they are on the disk. It fills in Format, and in Parts
// what it writes.
func (s *Snapshot) Write(dir string) error {
	s.Format = format
	if s.Parts == nil {
		s.Parts = map[string]Part{}
	}
	for _, file := range []struct {
		name    string
		tensors *Tensors
	}{{weightsFile, s.Weights}, {stateFile, s.State}} {
		if file.tensors == nil {
			continue
		}
		var err error
		if s.Parts[file.name], err = writePart(filepath.Join(dir, file.name), file.tensors.Write); err != nil {
			return err
		}
	}
	return writeSealed(filepath.Join(dir, manifestFile), s.Manifest)
}

// OpenWeights maps the weights of the checkpoint in dir, which is known to be whole.
func OpenWeights(dir string) (*Mapped, error) { return openMapped(filepath.Join(dir, weightsFile)) }

// OpenState maps the state of the solver in dir, which is known to be whole.
func OpenState(dir string) (*Mapped, error) { return openMapped(filepath.Join(dir, stateFile)) }

// ReadWeights reads all weights of the checkpoint in dir, which is known to be whole. tables names those that are tables.
func ReadWeights(dir string, tables []string) (*graph.Weights, error) {
	m, err := OpenWeights(dir)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	w := graph.NewWeights(nil)
	for _, t := range m.Tensors {
		if err := readWeight(m, &t, w, slices.Contains(tables, t.Name)); err != nil {
			w.Free()
			return nil, err
		}
	}
	return w, nil
}

func readWeight(m *Mapped, t *safetensors.Tensor, w *graph.Weights, isTable bool) error {
	if len(t.Shape) != 2 {
		return m.Damaged("%q has shape %v", t.Name, t.Shape)
	}
	weight, err := w.Add(t.Name, int(t.Shape[0]), int(t.Shape[1]), isTable)
	if err != nil {
		return err
	}
	return Read(m, t.Name, weight.Values())
}
