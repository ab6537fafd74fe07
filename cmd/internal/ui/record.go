package ui

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Object is a JSON object whose members keep their order.
type Object []Member

// Member is a member of an Object.
type Member struct {
	Name  string
	Value any
}

// Add adds a member.
func (o *Object) Add(name string, value any) { *o = append(*o, Member{name, value}) }

// AddFigures adds the value of each metric, under its name with a prefix.
func (o *Object) AddFigures(prefix string, f *metrics.Figures, list []metrics.Metric) {
	if f == nil {
		return
	}
	for _, m := range list {
		o.Add(prefix+m.Name, Finite(f.Value(m.Name)))
	}
}

// MarshalJSON writes the members in their order.
func (o Object) MarshalJSON() ([]byte, error) {
	var members [][]byte
	for _, m := range o {
		text, err := json.Marshal(map[string]any{m.Name: m.Value})
		if err != nil {
			return nil, err
		}
		members = append(members, text[1:len(text)-1]) // without the braces
	}
	return slices.Concat([]byte{'{'}, bytes.Join(members, []byte{','}), []byte{'}'}), nil
}

// Finite is a pointer to v, or nil, which JSON prints as null, if v is NaN or infinite.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// addShare adds the share of its epoch that was trained before an evaluation within it.
func (r *Run) addShare(o *Object, e metrics.Epoch) {
	if e.Batches > 0 {
		o.Add("epoch_share", float64(e.Samples)/float64(r.Samples))
	}
}

// record returns what --json prints for an epoch.
func (r *Reporter) record(e metrics.Epoch) Object {
	o := Object{
		{"model", r.run.Model}, {"solver", r.run.Solver}, {"epoch", e.Epoch}, {"steps", e.Steps},
		{"train_loss", Finite(e.TrainLoss)},
	}
	r.run.addShare(&o, e)
	if r.run.Scheduled {
		o.Add("learning_rate", Finite(e.LearnRate))
	}
	o.AddFigures("test_", e.Test, r.run.Metrics)
	o.AddFigures("valid_", e.Valid, r.run.Metrics)
	o.Add("embedding_norm", Finite(e.EmbeddingNorm))
	o.Add("samples_per_second", e.SamplesPerSecond())
	o.Add("seconds", e.Seconds)
	if r.run.BestAUC > 0 {
		o.Add("best_possible_auc", r.run.BestAUC)
	}
	if e.Partial {
		o.Add("partial", true)
	}
	if e.Diagnostics != nil {
		o.Add("diagnostics", e.Diagnostics)
	}
	return o
}
