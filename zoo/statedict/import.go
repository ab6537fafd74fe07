package statedict

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Import makes a model of the zoo with the weights of a state dict. A weight without a tensor, a tensor without a weight, and
// one of another shape are errors that name it and wrap ErrMapping.
func Import(m zoo.Model, s *Source, tensors map[string]*Tensor, how *Mapping) (*predict.Trained, error) {
	if zoo.IsNil(m) || s == nil || how == nil {
		return nil, errors.New("statedict: no model, no source or no mapping")
	}
	t, err := newImport(m, s, tensors)
	if err == nil {
		err = t.run(how)
	}
	if err != nil {
		if t != nil {
			t.weights.Free()
		}
		return nil, fmt.Errorf("statedict: %w", err)
	}
	return &predict.Trained{Model: m, Fields: t.fields, Weights: t.weights, Encoding: s.Encoding}, nil
}

// importing is an import that is going on.
type importing struct {
	source  *Source
	fields  []datasets.Field
	first   []int // rows of the fields in a table
	tensors map[string]*Tensor
	weights *graph.Weights
	filled  map[string]bool // weights
	used    map[string]bool // tensors
}

func newImport(m zoo.Model, s *Source, tensors map[string]*Tensor) (*importing, error) {
	fields, err := s.Encoding.Fields()
	if err != nil {
		return nil, err
	}
	t := &importing{source: s, fields: fields, tensors: tensors, filled: map[string]bool{}, used: map[string]bool{}}
	if t.first, _, err = graph.FirstRows(zoo.GraphFields(fields)); err != nil { // before there are weights to free
		return nil, err
	}
	rng := rand.New(rand.NewPCG(0, 0)) // every weight is overwritten
	t.weights = graph.NewWeights(rng)
	b := graph.NewBuilder(1, zoo.GraphFields(fields), t.weights)
	b.EmbeddingInit, b.Dropouts = graph.Zeros(), rng
	_, err = zoo.NewInferenceNetwork(m, b)
	return t, err
}

func (t *importing) run(how *Mapping) error {
	for _, name := range slices.Sorted(maps.Keys(how.Fields)) {
		for i := range t.fields {
			if err := t.field(name, strings.ReplaceAll(how.Fields[name], "{field}", t.fields[i].Name), i); err != nil {
				return err
			}
		}
	}
	for i := range how.Weights {
		if err := t.entry(&how.Weights[i]); err != nil {
			return err
		}
	}
	if err := t.zeros(how.Zero); err != nil {
		return err
	}
	return t.complete()
}

// complete finds weights and tensors that nothing has mentioned.
func (t *importing) complete() error {
	for w := range t.weights.All() {
		if !t.filled[w.Name] {
			return fmt.Errorf("%w: nothing fills the weight %q %v", ErrMapping, w.Name, w.Shape)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.tensors)) {
		if !t.used[name] {
			return fmt.Errorf("%w: nothing takes the tensor %q %v", ErrMapping, name, t.tensors[name].Shape)
		}
	}
	return nil
}

// take returns a tensor.
func (t *importing) take(name, what string) (*Tensor, error) {
	tensor := t.tensors[name]
	if tensor == nil {
		return nil, fmt.Errorf("%w: there is no tensor %q for %s", ErrMapping, name, what)
	}
	t.used[name] = true
	return tensor, nil
}

// field fills the rows, or the vector, of a field in an embedding.
func (t *importing) field(embedding, from string, field int) error {
	f := t.fields[field]
	if f.Shares != "" { // what it shares is filled by its owner; PyTorch may have a second name for it
		t.used[from] = true
		return nil
	}
	tensor, err := t.take(from, fmt.Sprintf("the field %q", f.Name))
	if err != nil {
		return err
	}
	if f.Kind == datasets.Numeric {
		return t.number(embedding, from, tensor, field)
	}
	w := t.weights.Get(embedding + "/table")
	if w == nil {
		return fmt.Errorf("%w: the model has no embedding %q", ErrMapping, embedding)
	}
	dim := w.Shape[1]
	if len(tensor.Shape) != 2 || tensor.Shape[1] != dim {
		return fmt.Errorf("%w: the tensor %q is %v, rows of %q have %d values", ErrMapping, from, tensor.Shape, w.Name, dim)
	}
	for id, row := range t.source.rows[field] {
		dst := w.Values()[(t.first[field]+id)*dim:][:dim]
		switch {
		case row >= tensor.Shape[0] || row < -1:
			return fmt.Errorf("%w: the tensor %q has %d rows, and the vocabulary of %q asks for row %d", ErrMapping, from, tensor.Shape[0], f.Name, row)
		case row == -1:
			clear(dst)
		default:
			copy(dst, tensor.Values[row*dim:][:dim])
		}
	}
	t.filled[w.Name] = true
	return nil
}

// number fills the vector of a numeric field.
func (t *importing) number(embedding, from string, tensor *Tensor, field int) error {
	w := t.weights.Get(embedding + "/numeric")
	if w == nil {
		return fmt.Errorf("%w: the model has no embedding %q", ErrMapping, embedding)
	}
	dim, at := w.Shape[1], 0
	for _, f := range t.fields[:field] {
		if f.Kind == datasets.Numeric {
			at++
		}
	}
	if len(tensor.Values) != dim {
		return fmt.Errorf("%w: the tensor %q is %v, vectors of %q have %d values", ErrMapping, from, tensor.Shape, w.Name, dim)
	}
	copy(w.Values()[at*dim:], tensor.Values)
	t.filled[w.Name] = true
	return nil
}

// zeros finds tensors that are lost, and are not zero.
func (t *importing) zeros(patterns []string) error {
	for _, pattern := range patterns {
		for _, name := range t.matching(pattern) {
			t.used[name] = true
			if slices.ContainsFunc(t.tensors[name].Values, func(x float32) bool { return x != 0 }) {
				return fmt.Errorf("%w: the model has no weight for the tensor %q, which is not zero", ErrMapping, name)
			}
		}
	}
	return nil
}

// matching returns the names of the tensors that match a pattern, in the order of the numbers in them.
func (t *importing) matching(pattern string) (names []string) {
	for name := range t.tensors {
		if ok, err := path.Match(pattern, name); ok && err == nil {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, byNumbers)
	return names
}
