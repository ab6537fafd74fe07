package delta

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// Apply writes to a new directory the model that a delta leads to from the checkpoint of a path, or, for a snapshot, from ""; see
// Make. predict.Load reads it, and another delta can be applied to it. All hashes are checked. A damaged delta is an error that
// wraps checkpoint.ErrDamaged, one that starts from another model wraps ErrParent, a directory that exists wraps fs.ErrExist.
// The directory appears when it is whole.
func Apply(file, from, out string) (*Report, error) {
	r, err := apply(file, from, out)
	if err != nil {
		return nil, fmt.Errorf("zoo: delta: %w", err)
	}
	return r, nil
}

func apply(file, from, out string) (*Report, error) {
	if err := safefile.CheckNew(out); err != nil {
		return nil, err
	}
	a, err := openApplier(file, from)
	if err != nil {
		return nil, err
	}
	defer a.close()
	if err := a.fill(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &a.report, safefile.Folder(out, a.save)
}

// applier applies a delta.
type applier struct {
	from     *model
	delta    *checkpoint.Mapped
	about    *about
	weights  checkpoint.Tensors
	encoding *datasets.Encoding
	report   Report
}

func openApplier(file, from string) (*applier, error) {
	a := &applier{from: nothing()}
	var err error
	if a.delta, err = checkpoint.OpenTensors(file); err != nil {
		return nil, err
	}
	if a.about, err = readAbout(a.delta); err == nil && from != "" {
		a.from, err = openModel(from)
	}
	if err == nil {
		err = a.checkParent(file)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	a.report.FullBytes = fullBytes(&a.about.Result)
	info, err := os.Stat(file)
	if err == nil {
		a.report.Bytes = info.Size()
	}
	return a, err
}

// checkParent finds out whether the delta starts from the model.
func (a *applier) checkParent(file string) error {
	switch {
	case a.about.Parent == "" && !a.from.isNothing():
		return fmt.Errorf("%s: %w: it is a snapshot, which starts from none", file, ErrParent)
	case a.about.Parent != "" && a.from.isNothing():
		return fmt.Errorf("%s: %w: it starts from a model with SHA-256 %s, and none was given", file, ErrParent, a.about.Parent)
	case a.about.Parent != a.from.hash:
		return fmt.Errorf("%s: %w: it starts from one with SHA-256 %s, %s has %s", file, ErrParent, a.about.Parent, a.from.dir, a.from.hash)
	}
	return nil
}

func (a *applier) close() {
	a.delta.Close()
	if a.from != nil {
		a.from.close()
	}
}

// fill puts the weights and the encoding of the result together.
func (a *applier) fill() error {
	if err := a.fillWeights(); err != nil {
		return err
	}
	return a.fillEncoding()
}

func (a *applier) fillWeights() error {
	rows, err := origins(a.from, a.about.Result.Run.Fields)
	if err != nil {
		return err
	}
	for _, w := range a.about.Weights {
		if slices.Contains(a.about.Result.Tables, w.Name) {
			err = a.fillTable(&w, rows)
		} else {
			err = a.fillDense(&w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *applier) fillTable(w *weight, rows []int) error {
	t, err := newTable(a.from, w, rows)
	if err != nil {
		return err
	}
	values, err := t.read(a.delta)
	if err != nil {
		return err
	}
	write := func(to io.Writer) error { return t.write(to, values) }
	checkpoint.AddStream[float32](&a.weights, w.Name, len(rows)*t.dim, write, w.Shape[:]...)
	a.report.Tables = append(a.report.Tables, t.report())
	return nil
}

func (a *applier) fillDense(w *weight) error {
	a.report.DenseWeights++
	from, name := a.from.weights, w.Name
	if changed := denseName(w.Name); a.delta.Has(changed) {
		a.report.DenseChanged++
		from, name = a.delta, changed
	}
	if from == nil {
		return a.delta.Damaged("it has no weight %q", w.Name)
	}
	values, err := checkpoint.View[float32](from, name)
	if err == nil && len(values) != w.Shape[0]*w.Shape[1] {
		err = a.delta.Damaged("weight %q has %d values, and the shape %v", w.Name, len(values), w.Shape)
	}
	checkpoint.Add(&a.weights, w.Name, values, w.Shape[:]...)
	return err
}

// save writes the result to a directory, and compares its hashes with those of the delta.
func (a *applier) save(dir string) error {
	d, err := checkpoint.Create(dir, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	s := checkpoint.Snapshot{Manifest: a.about.Result, Weights: &a.weights}
	if s.Parts, err = d.WriteEncoding(a.encoding); err != nil {
		return err
	}
	return d.Add(s.Position.Name(), func(path string) error {
		if err := s.Write(path); err != nil {
			return err
		}
		if want := a.about.Result.Parts; !maps.Equal(s.Parts, want) {
			return a.delta.Damaged("it leads to files %v, and says that they are %v", s.Parts, want)
		}
		return nil
	})
}
