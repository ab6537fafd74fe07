package onnx

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph"
)

// rawType returns the type of a field's values in the log, or why ONNX cannot make ids of them.
func rawType(x *datasets.Encoding, field int) (string, error) {
	f, owner := &x.Schema.Fields[field], &x.Schema.Fields[x.Schema.Owner(field)]
	switch {
	case f.Derive != "":
		return "", fmt.Errorf("%s is derived by no operator of ONNX", f.Derive)
	case owner.Hash > 0:
		return "", fmt.Errorf("FNV-1a, which finds its bucket, is no operator of ONNX")
	case f.Kind == "numeric" || len(f.Bins) > 0:
		return "float64", nil
	}
	return "string", nil
}

// encode writes what makes ids and scaled numbers of raw values, and puts their names in the place of those of the inputs.
func (w *walker) encode(x *datasets.Encoding, names []string) error {
	groups := map[int][]int{} // fields of strings, by the owner of their vocabulary
	for i := range x.Schema.Fields {
		f, owner := &x.Schema.Fields[i], x.Schema.Owner(i)
		switch {
		case f.Kind == "numeric":
			names[i] = w.scaled(names[i], f.Scale == "log", x.Scales[i])
		case len(f.Bins) > 0:
			names[i] = w.binned(names[i], f.Bins, x.Vocabularies[i], unknownID(&x.Schema.Fields[owner]))
		default:
			groups[owner] = append(groups[owner], i)
		}
	}
	for owner := range x.Schema.Fields {
		if fields := groups[owner]; fields != nil {
			w.lookUp(x, owner, fields, names)
		}
	}
	return w.err
}

// unknownID is the id of a value that the vocabulary of a field does not have.
func unknownID(owner *schema.Field) int {
	if owner.OutOfVocabulary == "zero" {
		return datasets.Absent
	}
	return 0
}

// lookUp finds the ids of fields of strings that have one vocabulary, which is written once.
func (w *walker) lookUp(x *datasets.Encoding, owner int, fields []int, names []string) {
	texts := make([]string, len(fields))
	for i, f := range fields {
		texts[i] = names[f]
	}
	ids := w.labels(w.sideBySide(texts), x.Vocabularies[owner], unknownID(&x.Schema.Fields[owner]))
	from := 0
	for _, i := range fields {
		f, columns := &x.Schema.Fields[i], datasets.FieldOf(&x.Schema.Fields[i]).Columns()
		part := ids
		if len(fields) > 1 {
			part = w.Node("Slice", []string{ids, w.Ints(from), w.Ints(from + columns), w.Ints(1)})
		}
		if f.Kind == "list" {
			part = w.withoutEmpty(names[i], part)
		}
		names[i] = part
		from += columns
	}
}

// labels gives the ids of strings.
func (w *walker) labels(texts string, v *datasets.Vocabulary, unknown int) string {
	keys, ids := make([]string, 0, v.Len()), make([]int, 0, v.Len())
	for id := 1; id < v.Len(); id++ {
		keys, ids = append(keys, v.Value(int32(id))), append(ids, id)
	}
	if len(keys) == 0 { // the operator wants a key
		keys, ids = []string{""}, []int{unknown}
	}
	return w.labelEncoder(texts, keys, ids, unknown)
}

func (w *walker) labelEncoder(texts string, keys []string, ids []int, unknown int) string {
	output := w.take(fmt.Sprintf("LabelEncoder_%d", len(w.model.nodes)))
	w.node(mlDomain, "LabelEncoder", []string{texts}, []string{output}, []graph.FormAttribute{
		{Name: "keys_strings", Value: keys}, {Name: "values_int64s", Value: ids}, {Name: "default_int64", Value: unknown},
	})
	return output
}

// withoutEmpty makes the ids of empty strings, which fill up a list, absent.
func (w *walker) withoutEmpty(texts, ids string) string {
	absent := w.Ints(datasets.Absent)
	isEmpty := w.Node("Equal", []string{w.labelEncoder(texts, []string{""}, []int{datasets.Absent}, 0), absent})
	return w.Node("Where", []string{isEmpty, absent, ids})
}

// scaled makes a number what the model was trained on. It computes in float64, as package encode does.
func (w *walker) scaled(x string, isLog bool, s datasets.Scale) string {
	y := x
	if isLog {
		size := w.Node("Log", []string{w.Node("Add", []string{w.Node("Abs", []string{x}), w.doubles(1)})})
		y = w.Node("Mul", []string{w.Node("Sign", []string{x}), size})
	}
	y = w.Node("Where", []string{w.Node("IsNaN", []string{x}), w.doubles(s.Empty), y})
	y = w.Node("Mul", []string{w.Node("Sub", []string{y, w.doubles(s.Mean)}), w.doubles(s.Multiplier)})
	return w.Node("Cast", []string{y}, graph.FormAttribute{Name: "to", Value: float32Type})
}

// binned gives the id of the bin that a number is in: the bin's place is the number of edges below it.
func (w *walker) binned(x string, edges []float64, v *datasets.Vocabulary, unknown int) string {
	var ids []int
	for _, name := range append(encode.BinNames(edges), "") { // the last one is that of an empty cell
		id := int(v.ID(name))
		if id == 0 {
			id = unknown
		}
		ids = append(ids, id)
	}
	below := w.Node("Cast", []string{w.Node("Less", []string{w.doubles(edges...), x})}, graph.FormAttribute{Name: "to", Value: int64Type})
	place := w.Node("ReduceSum", []string{below, w.Ints(1)})
	place = w.Node("Where", []string{w.Node("IsNaN", []string{x}), w.Ints(len(ids) - 1), place})
	return w.Node("Gather", []string{w.Ints(ids...), place})
}
