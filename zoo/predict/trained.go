package predict

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Trained is a model with its weights: as Load reads it, as package train leaves it, or made by hand from the weights of
// a loop of one's own.
type Trained struct {
	Model    zoo.Model
	Fields   []datasets.Field   // of the samples that it was trained on
	Weights  *graph.Weights     // must not be trained while a Predictor uses them
	Encoding *datasets.Encoding // of raw samples; nil: the model predicts ids only
	History  []metrics.Epoch    // the epochs that were trained; may be nil
	Solver   string             // its name and options; "" if it is not known
	// Precision is that of the matrix products, as the model was trained; another one may be set before Predictor is called.
	Precision graph.Precision
	Path      string // of the checkpoint that was loaded, or ""

	manifest *checkpoint.Manifest // nil unless it was loaded
	mapped   *checkpoint.Mapped   // the file of the weights; nil unless their tables are views of it
}

// Load reads the model in the directory of a run: that of the best epoch if the run has a monitor, else the latest.
// Given a checkpoint within, it reads that one. All bytes are checked; damage is an error that wraps
// checkpoint.ErrDamaged. own are values of model types that are not of the zoo; only their type counts.
func Load(path string, own ...zoo.Model) (*Trained, error) {
	return open(path, own, (*checkpoint.Manifest).Check, (*Trained).readWeights)
}

// Map is Load, but the tables are the memory of the file itself, mapped for reading. That takes next to no time, and all processes
// that map a file share its pages. The bytes of the weights are not checked: Verify does that; nor is the state of the solver, which
// only Inspect reads. The model cannot be trained. Until Free nobody may make the file shorter, which would end the process; it may
// get another name, or be removed.
//
// On Windows, where a mapped file cannot be removed, Map is Load.
func Map(path string, own ...zoo.Model) (*Trained, error) {
	if !checkpoint.CanStayMapped {
		return Load(path, own...)
	}
	return open(path, own, (*checkpoint.Manifest).CheckEncoding, (*Trained).mapWeights)
}

// open reads a model, whose weights come from read, once its files are checked.
func open(path string, own []zoo.Model, check func(*checkpoint.Manifest, string) error, read func(*Trained) error) (t *Trained, err error) {
	err = checkpoint.FindAnd(path, func(dir string, m *checkpoint.Manifest) error {
		t = &Trained{Path: dir, Fields: m.Run.Fields, History: m.History, Solver: m.Run.Solver, Precision: m.Run.Precision, manifest: m}
		if err := check(m, dir); err != nil {
			return err
		}
		if err := t.readModel(own); err != nil {
			return err
		}
		return read(t)
	})
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return t, nil
}

// readModel reads the model and its encoding.
func (t *Trained) readModel(own []zoo.Model) (err error) {
	if t.Model, err = restoreModel(t.manifest.Run.Model, own); err != nil {
		return fmt.Errorf("%s: %w", t.Path, err)
	}
	if !t.manifest.HasEncoding() {
		return nil
	}
	if t.Encoding, err = checkpoint.ReadEncoding(t.Path); err != nil {
		return err
	}
	return t.checkFields()
}

func (t *Trained) readWeights() (err error) {
	t.Weights, err = checkpoint.ReadWeights(t.Path, t.manifest.Tables)
	return err
}

func (t *Trained) mapWeights() (err error) {
	t.mapped, t.Weights, err = checkpoint.MapWeights(t.Path, t.manifest.Tables)
	return err
}

// Verify checks the bytes of the weights of a model that is mapped, until the context ends. Damage is an error that wraps
// checkpoint.ErrDamaged. The bytes of any other model have been checked already.
func (t *Trained) Verify(ctx context.Context) error {
	if t.mapped == nil {
		return nil
	}
	if err := t.mapped.Check(ctx, t.manifest.Weights()); err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	return nil
}

// checkFields finds out whether the encoding is that of the model's fields.
func (t *Trained) checkFields() error {
	fields, err := t.Encoding.Fields()
	if err == nil && !slices.Equal(fields, t.Fields) {
		err = fmt.Errorf("%s is %w: its vocabularies are not those of the model", t.Path, checkpoint.ErrDamaged)
	}
	return err
}

// Predictor returns a predictor of the model, of its precision. It shares the weights.
func (t *Trained) Predictor() (*Predictor, error) {
	if t == nil {
		return nil, errors.New("zoo: there is no model to predict with")
	}
	p, err := NewPredictor(t.Model, t.Fields, t.Weights)
	if err != nil {
		return nil, err
	}
	p.SetPrecision(t.Precision)
	return p, nil
}

// Save writes the model to a new directory, from which Load reads it. A run cannot go on from it: it has no state of a
// solver. The errors are those of checkpoint.Create. Nothing is left if it fails.
func (t *Trained) Save(path string) error {
	if t == nil || zoo.IsNil(t.Model) || t.Weights == nil {
		return errors.New("zoo: saving: there is no model, or it has no weights")
	}
	if _, err := t.Predictor(); err != nil { // the weights are those of the model
		return err
	}
	d, err := checkpoint.Create(path, nil)
	if err != nil {
		return err
	}
	if err := errors.Join(t.saveTo(d), d.Close()); err != nil {
		return fmt.Errorf("zoo: %s: %w", path, err)
	}
	return nil
}

func (t *Trained) saveTo(d *checkpoint.Directory) error {
	model, err := checkpoint.RecordModel(t.Model)
	if err != nil {
		return err
	}
	run := checkpoint.Manifest{Run: checkpoint.Identity{Model: model, Solver: t.Solver, Fields: t.Fields, Precision: t.Precision}, History: t.History}
	s := checkpoint.Snapshot{Weights: &checkpoint.Tensors{}, Manifest: run.Plain()}
	if s.Parts, err = d.WriteEncoding(t.Encoding); err != nil {
		return err
	}
	for w := range t.Weights.All() {
		values, err := w.Settled()
		if err != nil {
			return err
		}
		checkpoint.Add(s.Weights, w.Name, values, w.Shape...)
		if w.Table != nil {
			s.Tables = append(s.Tables, w.Name)
		}
	}
	return d.Add(s.Position.Name(), s.Write)
}

// Free gives the memory of the weights back, which the garbage collector does not. No Predictor of the model may be used
// afterwards.
func (t *Trained) Free() {
	t.Weights.Free()
	if t.mapped != nil {
		t.mapped.Close() // nothing was written that could be lost
		t.mapped = nil
	}
}
