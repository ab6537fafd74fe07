package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
)

// Identity is what must be the same for a run to go on.
type Identity struct {
	Model         ModelRecord      `json:"model"`
	Solver        string           `json:"solver"`
	BatchSize     int              `json:"batch_size"`
	Seed          uint64           `json:"seed"`
	EmbeddingInit string           `json:"embedding_init"` // the hash of a few draws
	Fields        []datasets.Field `json:"fields"`
	Train         *SourceRecord    `json:"train"`
	Valid         *SourceRecord    `json:"valid"`
	Test          *SourceRecord    `json:"test"`
	From          string           `json:"from,omitempty"`           // the hash of the manifest that the run went on from
	Schedule      string           `json:"schedule,omitempty"`       // of the learning rate; absent of one that stays
	EvaluateEvery int              `json:"evaluate_every,omitempty"` // steps between evaluations, which settle rows
	Precision     graph.Precision  `json:"precision,omitempty"`      // of matrix products, as it was asked for; absent of float32
}

// ModelRecord is a model by its type and its exported fields.
type ModelRecord struct {
	Type     string          `json:"type"`
	Settings json.RawMessage `json:"settings"`
}

// RecordModel records a model, which must be something that JSON can hold.
func RecordModel(model any) (ModelRecord, error) {
	if model == nil {
		return ModelRecord{}, errors.New("there is no model to save")
	}
	settings, err := json.Marshal(model)
	if err != nil {
		return ModelRecord{}, fmt.Errorf("the model cannot be saved: %w", err)
	}
	return ModelRecord{reflect.TypeOf(model).String(), settings}, nil
}

// SourceRecord is a part of a data set by the hash of its samples.
type SourceRecord struct {
	Samples int    `json:"samples"`
	SHA256  string `json:"sha256"`
}

// Comparison is two values that should be equal.
type Comparison struct {
	What string
	A, B any
}

// Texts returns the values as text, and whether they are equal.
func (c *Comparison) Texts() (a, b string, equal bool) {
	texts := make([]string, 2)
	for i, v := range []any{c.A, c.B} {
		text, err := json.Marshal(v)
		if err != nil { // equal to nothing
			text = fmt.Appendf(nil, "%d: %v", i, err)
		}
		texts[i] = string(text)
	}
	return texts[0], texts[1], texts[0] == texts[1]
}

// Compare lists what two runs must have in common.
func (id *Identity) Compare(other *Identity) []Comparison {
	return []Comparison{
		{"model", id.Model, other.Model},
		{"solver", id.Solver, other.Solver},
		{"batch size", id.BatchSize, other.BatchSize},
		{"seed", id.Seed, other.Seed},
		{"start of embeddings", id.EmbeddingInit, other.EmbeddingInit},
		{"schema (fields)", id.Fields, other.Fields},
		{"training data", id.Train, other.Train},
		{"validation data", id.Valid, other.Valid},
		{"test data", id.Test, other.Test},
		{"the run that it goes on from", id.From, other.From},
		{"schedule of the learning rate", id.Schedule, other.Schedule},
		{"steps between evaluations", id.EvaluateEvery, other.EvaluateEvery},
		{"precision", id.Precision, other.Precision},
	}
}

// Check compares the run of a checkpoint with the one that wants to go on from it. If they differ, the error wraps
// ErrMismatch and names the first difference in a line: of model and fields only what differs.
func (saved *Identity) Check(given *Identity) error {
	for _, c := range saved.Compare(given) {
		if a, b, equal := c.Texts(); !equal {
			a, b = difference(a, b)
			return fmt.Errorf("%w: %s: it has %s, this run has %s", ErrMismatch, c.What, a, b)
		}
	}
	return nil
}
