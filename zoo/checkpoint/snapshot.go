package checkpoint

import "path/filepath"

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

// OpenWeights maps the weights of the checkpoint in dir, whose bytes it does not check.
func OpenWeights(dir string) (*Mapped, error) { return openMapped(filepath.Join(dir, weightsFile)) }

// OpenState maps the state of the solver in dir, whose bytes it does not check.
func OpenState(dir string) (*Mapped, error) { return openMapped(filepath.Join(dir, stateFile)) }
