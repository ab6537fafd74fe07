package checkpoint

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// bestFile has the best evaluation of a run that measures its test part once, at its end, when the checkpoint of that evaluation is
// long written.
const bestFile = "best.json"

// KeepBest keeps the best evaluation of a run, with the figures of the test part.
func (d *Directory) KeepBest(e *metrics.Epoch) error {
	if err := d.CheckLock(); err != nil {
		return err
	}
	return d.keep(bestFile, e)
}

// Latest returns the manifest of the latest checkpoint of the run in a directory, whose history has the figures of the test part that
// KeepBest kept. The history of a path that is a checkpoint itself ends there.
func Latest(path string) (*Manifest, error) {
	path = Resolve(path)
	names, err := list(path)
	if err != nil {
		return nil, err
	}
	dir := path
	if len(names) > 0 {
		dir = filepath.Join(path, names[len(names)-1])
	}
	_, m, err := Find(dir)
	if err != nil {
		return nil, err
	}
	return m, addBest(filepath.Join(filepath.Dir(dir), bestFile), m.History)
}

// addBest adds the figures of the test part to the evaluation that a file keeps, if there is such a file.
func addBest(file string, history []metrics.Epoch) error {
	var best metrics.Epoch
	err := readSealed(file, &best)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for i := range history {
		if e := &history[i]; e.Epoch == best.Epoch && e.Batches == best.Batches && e.Steps == best.Steps && e.Test == nil {
			e.Test = best.Test
		}
	}
	return err
}
