package predict

import (
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
	Path     string             // of the checkpoint that was loaded, or ""

	manifest *checkpoint.Manifest // nil unless it was loaded
}

// Load reads the model in the directory of a run: that of the best epoch if the run has a monitor, else the latest.
// Given a checkpoint within, it reads that one. All bytes are checked; damage is an error that wraps
// checkpoint.ErrDamaged. own are values of model types that are not of the zoo; only their type counts.
func Load(path string, own ...zoo.Model) (*Trained, error) {
	t, err := load(path, own)
	if err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	return t, nil
}

func load(path string, own []zoo.Model) (t *Trained, err error) {
	err = checkpoint.FindAnd(path, func(dir string, m *checkpoint.Manifest) error {
		t, err = loadFrom(dir, m, own)
		return err
	})
	return t, err
}

func loadFrom(dir string, m *checkpoint.Manifest, own []zoo.Model) (t *Trained, err error) {
	if err := m.Check(dir); err != nil {
		return nil, err
	}
	t = &Trained{Path: dir, Fields: m.Run.Fields, History: m.History, Solver: m.Run.Solver, manifest: m}
	if t.Model, err = restoreModel(m.Run.Model, own); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if m.HasEncoding() {
		if t.Encoding, err = checkpoint.ReadEncoding(dir); err != nil {
			return nil, err
		}
		if err := t.checkFields(); err != nil {
			return nil, err
		}
	}
	if t.Weights, err = checkpoint.ReadWeights(dir, m.Tables); err != nil {
		return nil, err
	}
	return t, nil
}

// checkFields finds out whether the encoding is that of the model's fields.
func (t *Trained) checkFields() error {
	fields, err := t.Encoding.Fields()
	if err == nil && !slices.Equal(fields, t.Fields) {
		err = fmt.Errorf("%s is %w: its vocabularies are not those of the model", t.Path, checkpoint.ErrDamaged)
	}
	return err
}

// Predictor returns a predictor of the model. It shares the weights.
func (t *Trained) Predictor() (*Predictor, error) { return NewPredictor(t.Model, t.Fields, t.Weights) }

// Save writes the model to a new directory, from which Load reads it. A run cannot go on from it: it has no state of a
// solver. The errors are those of checkpoint.Create. Nothing is left if it fails.
func (t *Trained) Save(path string) error {
	if zoo.IsNil(t.Model) || t.Weights == nil {
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
	s := checkpoint.Snapshot{Weights: &checkpoint.Tensors{}, Manifest: checkpoint.Manifest{
		Run:     checkpoint.Identity{Model: model, Solver: t.Solver, Fields: t.Fields},
		History: append([]metrics.Epoch{}, t.History...), Position: checkpoint.Position{Epoch: len(t.History) + 1},
	}}
	if s.Parts, err = d.WriteEncoding(t.Encoding); err != nil {
		return err
	}
	t.Weights.SettleAll()
	for w := range t.Weights.All() {
		checkpoint.Add(s.Weights, w.Name, w.Values(), w.Shape...)
		if w.Table != nil {
			s.Tables = append(s.Tables, w.Name)
		}
	}
	return d.Add(s.Position.Name(), s.Write)
}

// Free gives the memory of the weights back, which the garbage collector does not. No Predictor of the model may be used
// afterwards.
func (t *Trained) Free() { t.Weights.Free() }
