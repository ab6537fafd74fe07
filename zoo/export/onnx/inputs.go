package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// InputKind says what a model takes.
type InputKind string

const (
	// IDs are ids of rows, int64, -1 for what is absent, and numbers that are scaled already, float32.
	IDs InputKind = "ids"
	// Raw are the values of the log: strings, and numbers as float64. The vocabularies and scales are in the model.
	Raw InputKind = "raw"
)

// ErrInput is wrapped by the error of a field that cannot be an input of the kind that is wanted.
var ErrInput = errors.New("cannot be an input")

// Input is an input of a model: a field.
type Input struct {
	Name    string          `json:"name"`              // of the field
	Type    string          `json:"type"`              // int64, float32, string or float64
	Columns int             `json:"columns"`           // of the tensor (N, Columns); more than 1 for a list
	Rows    int             `json:"rows,omitempty"`    // ids are less than it
	Column  string          `json:"column,omitempty"`  // of the raw log
	Scale   *datasets.Scale `json:"scale,omitempty"`   // of a number: what makes it of the number in the log
	Log     bool            `json:"log,omitempty"`     // the scale is of its logarithm
	List    string          `json:"list,omitempty"`    // the separator of a list in the log
	Pooling string          `json:"pooling,omitempty"` // of a list
}

// Inputs are the inputs of a model, in the order of its fields.
type Inputs struct {
	Kind InputKind `json:"kind"`
	List []Input   `json:"list"`
}

// InputsOf returns the inputs of the exported model.
func InputsOf(t *predict.Trained, kind InputKind) (*Inputs, error) {
	in := &Inputs{Kind: kind}
	switch {
	case kind != IDs && kind != Raw:
		return nil, fmt.Errorf("inputs are %s or %s, got %q", IDs, Raw, kind)
	case kind == Raw && t.Encoding == nil:
		return nil, fmt.Errorf("%w: the model has no vocabularies, because it was not trained on a raw log; export %s", ErrInput, IDs)
	}
	for i, f := range t.Fields {
		if f.Name == logitName || f.Name == probabilityName {
			return nil, fmt.Errorf("the field %q %w: it has the name of an output", f.Name, ErrInput)
		}
		input := idInput(f)
		if t.Encoding != nil {
			describeRaw(&input, t.Encoding, i)
		}
		if kind == Raw {
			var err error
			if input.Type, err = rawType(t.Encoding, i); err != nil {
				return nil, fmt.Errorf("the field %q %w: %w; export %s", f.Name, ErrInput, err, IDs)
			}
		}
		in.List = append(in.List, input)
	}
	return in, nil
}

// idInput describes a field as ids, or a scaled number.
func idInput(f datasets.Field) Input {
	in := Input{Name: f.Name, Type: "int64", Columns: f.Columns(), Rows: f.Rows}
	switch f.Kind {
	case datasets.Numeric:
		in.Type, in.Columns = "float32", 1
	case datasets.List:
		in.Pooling = "mean"
		if f.Pooling == datasets.Sum {
			in.Pooling = "sum"
		}
	}
	return in
}

// describeRaw says how a field is read from a log.
func describeRaw(in *Input, x *datasets.Encoding, field int) {
	described := &x.Schema.Fields[field]
	column := described.RawColumn()
	in.Column, in.List = column.Name, column.Separator
	if described.Kind == "numeric" {
		in.Scale, in.Log = &x.Scales[field], described.Scale == "log"
	}
}

// elementType is the type of the elements of an input.
func (in *Input) elementType() dataType {
	return map[string]dataType{"int64": int64Type, "float32": float32Type, "string": stringType, "float64": float64Type}[in.Type]
}

// inputs adds the inputs of the model, and makes of them the inputs of its graph.
func (w *walker) inputs(b *graph.Builder, t *predict.Trained, in *Inputs) error {
	names := make([]string, len(in.List))
	for i := range in.List {
		input := &in.List[i]
		names[i] = w.take(input.Name)
		w.model.inputs = append(w.model.inputs, valueInfo(names[i], input.elementType(), -1, input.Columns))
	}
	if in.Kind == Raw {
		if err := w.encode(t.Encoding, names); err != nil {
			return err
		}
	}
	var ids, numbers []string
	for i, f := range t.Fields {
		if f.Kind == datasets.Numeric {
			numbers = append(numbers, names[i])
		} else {
			ids = append(ids, names[i])
		}
	}
	if n := b.IDs(); n != nil {
		w.values[n.ID()] = w.sideBySide(ids)
	}
	if n := b.Numbers(); n != nil {
		w.values[n.ID()] = w.sideBySide(numbers)
	}
	return nil
}

// sideBySide joins columns.
func (w *walker) sideBySide(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return w.Node("Concat", slices.Clone(names), graph.FormAttribute{Name: "axis", Value: 1})
}
