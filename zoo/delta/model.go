package delta

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// model is a checkpoint whose files are open; without a manifest it is nothing, which snapshots start from.
type model struct {
	dir      string
	manifest *checkpoint.Manifest
	hash     string
	weights  *checkpoint.Mapped
	encoding *datasets.Encoding // nil if it predicts ids only
	first    []int              // row of each field in its tables
	rows     int                // of them
}

// openModel opens the checkpoint that a path means, see checkpoint.Find, and checks all of its bytes.
func openModel(path string) (*model, error) {
	dir, manifest, err := checkpoint.Find(path)
	if err != nil {
		return nil, err
	}
	if err := manifest.Check(dir); err != nil {
		return nil, err
	}
	m := &model{dir: dir, manifest: manifest}
	if m.hash, err = manifest.HashModel(); err != nil {
		return nil, err
	}
	if m.first, m.rows, err = graph.FirstRows(zoo.GraphFields(manifest.Run.Fields)); err != nil {
		return nil, err
	}
	if manifest.HasEncoding() {
		if m.encoding, err = checkpoint.ReadEncoding(dir); err != nil {
			return nil, err
		}
	}
	m.weights, err = checkpoint.OpenWeights(dir)
	return m, err
}

// nothing returns the model that a snapshot starts from.
func nothing() *model { return &model{} }

func (m *model) isNothing() bool { return m.manifest == nil }

func (m *model) close() {
	if m.weights != nil {
		m.weights.Close()
	}
}

// vocabulary returns that of a field; an empty one if the model has none.
func (m *model) vocabulary(field int) (*datasets.Vocabulary, error) {
	if m.encoding == nil || m.encoding.Vocabularies[field] == nil {
		return datasets.NewVocabulary([]string{""}, []int{0})
	}
	return m.encoding.Vocabularies[field], nil
}

// floats returns the values of a weight; nil if the model is nothing.
func (m *model) floats(name string) ([]float32, error) {
	if m.isNothing() {
		return nil, nil
	}
	return checkpoint.View[float32](m.weights, name)
}

// match returns an error that wraps checkpoint.ErrMismatch if a delta cannot lead from one model to another: they must be of the
// same kind, and have the same fields but for the number of their rows.
func match(from, to *checkpoint.Manifest) error {
	for _, c := range []checkpoint.Comparison{
		{What: "model", A: from.Run.Model, B: to.Run.Model},
		{What: "fields", A: withoutRows(from.Run.Fields), B: withoutRows(to.Run.Fields)},
		{What: "tables", A: from.Tables, B: to.Tables},
		{What: "whether it reads raw samples", A: from.HasEncoding(), B: to.HasEncoding()},
	} {
		if a, b, equal := c.Texts(); !equal {
			return fmt.Errorf("%w: %s: the first has %.300s, the second has %.300s", checkpoint.ErrMismatch, c.What, a, b)
		}
	}
	return nil
}

func withoutRows(fields []datasets.Field) []datasets.Field {
	out := make([]datasets.Field, len(fields))
	for i, f := range fields {
		f.Rows = 0
		out[i] = f
	}
	return out
}
