package datasets

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// Encoding turns raw samples into ids and numbers. It has a schema, and the vocabularies and scales that were
// learned from the training part. With it a trained model reads raw samples that it has never seen; see
// encode.ReadRows.
type Encoding struct {
	Schema       *schema.Schema
	Vocabularies []*Vocabulary // by field; nil for a number and for buckets; fields that share have the same
	Scales       []Scale       // by field; of numbers only
}

// Scale turns a number x of a field, after its logarithm if the schema wants it, into
// (x-Mean)*Multiplier. An empty cell counts as Empty.
type Scale struct {
	Mean       float64 `json:"mean"`
	Multiplier float64 `json:"multiplier"`
	Empty      float64 `json:"empty"`
}

// NewEncoding returns an encoding whose parts two functions return: the vocabulary of each field that has one of its own, and the
// scale of each number.
func NewEncoding(s *schema.Schema, vocabulary func(field int) (*Vocabulary, error), scale func(field int) (Scale, error)) (*Encoding, error) {
	if s == nil {
		return nil, fmt.Errorf("datasets: %w: there is none", schema.ErrInvalid)
	}
	x := &Encoding{Schema: s, Vocabularies: make([]*Vocabulary, len(s.Fields)), Scales: make([]Scale, len(s.Fields))}
	owners := map[string]*Vocabulary{}
	for i, f := range s.Fields {
		var err error
		switch {
		case f.Kind == "numeric":
			x.Scales[i], err = scale(i)
		case f.Shares != "":
			x.Vocabularies[i] = owners[f.Shares]
		case f.Hash == 0:
			x.Vocabularies[i], err = vocabulary(i)
		}
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", f.Name, err)
		}
		owners[f.Name] = x.Vocabularies[i]
	}
	return x, nil
}

// Fields returns the fields of the samples. An encoding whose parts do not fit each other is an error
// that wraps schema.ErrInvalid.
func (x *Encoding) Fields() ([]Field, error) {
	if x == nil || x.Schema == nil {
		return nil, fmt.Errorf("datasets: %w: there is none", schema.ErrInvalid)
	}
	if err := x.Schema.Check(); err != nil {
		return nil, fmt.Errorf("datasets: %w: %w", schema.ErrInvalid, err)
	}
	n := len(x.Schema.Fields)
	if len(x.Vocabularies) != n || len(x.Scales) != n {
		return nil, fmt.Errorf("datasets: %w: %d fields with %d vocabularies and %d scales", schema.ErrInvalid, n, len(x.Vocabularies), len(x.Scales))
	}
	fields, buckets := make([]Field, n), map[string]int{}
	for i := range x.Schema.Fields {
		described, f := &x.Schema.Fields[i], &fields[i]
		*f = FieldOf(described)
		buckets[f.Name] = max(described.Hash, buckets[f.Shares])
		switch {
		case f.Kind == Numeric:
		case buckets[f.Name] > 0:
			f.Rows = buckets[f.Name] + 1
		case x.Vocabularies[i] == nil:
			return nil, fmt.Errorf("datasets: %w: field %q has no vocabulary", schema.ErrInvalid, f.Name)
		default:
			f.Rows = x.Vocabularies[i].Len()
		}
	}
	return fields, nil
}

// FieldOf returns the field that a schema describes. Its Rows are 0, since they depend on the training part.
func FieldOf(f *schema.Field) Field {
	out := Field{Name: f.Name, Length: f.Length, Shares: f.Shares}
	switch f.Kind {
	case "list":
		out.Kind = List
	case "numeric":
		out.Kind = Numeric
	}
	if f.Pooling == "sum" {
		out.Pooling = Sum
	}
	return out
}

// Without returns the encoding without the values of some ids, which are given for each field with a vocabulary of its own,
// in ascending order. See Vocabulary.Without.
func (x *Encoding) Without(ids [][]int32) *Encoding {
	out := *x
	out.Vocabularies = make([]*Vocabulary, len(x.Vocabularies))
	owners := map[string]*Vocabulary{}
	for i, v := range x.Vocabularies {
		f := &x.Schema.Fields[i]
		switch {
		case v == nil:
		case f.Shares != "":
			out.Vocabularies[i] = owners[f.Shares]
		default:
			out.Vocabularies[i] = v.Without(ids[i])
		}
		owners[f.Name] = out.Vocabularies[i]
	}
	return &out
}
