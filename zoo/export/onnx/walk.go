package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrNoForm is wrapped by the error of an operation that has no form in ONNX.
var ErrNoForm = errors.New("has no form in ONNX")

// walker writes the nodes of an expression graph to a model. It is a graph.Form. After the first error it writes no more.
type walker struct {
	model   *Model
	weights *graph.Weights
	values  map[int64]string  // the names of the nodes that are written, by their ids
	names   map[string]bool   // that are taken
	ints    map[string]string // the constants of int64, by their values
	missing map[string]error  // the inputs of the graph that cannot be written, by their names
	err     error
}

func newWalker(m *Model, w *graph.Weights) *walker {
	return &walker{
		model: m, weights: w, values: map[int64]string{}, ints: map[string]string{}, missing: map[string]error{},
		names: map[string]bool{logitName: true, probabilityName: true},
	}
}

// fail keeps the first error.
func (w *walker) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// take returns a name that nothing else has: the one that is wanted, if it is free.
func (w *walker) take(wanted string) string {
	name := wanted
	for i := 1; w.names[name]; i++ {
		name = fmt.Sprintf("%s_%d", wanted, i)
	}
	w.names[name] = true
	return name
}

// value returns the name of a node's value, and writes what it needs.
func (w *walker) value(n *gorgonia.Node) string {
	if w.err != nil {
		return ""
	}
	name, done := w.values[n.ID()]
	if !done {
		name = w.write(n)
		w.values[n.ID()] = name
	}
	return name
}

func (w *walker) write(n *gorgonia.Node) string {
	inputs := graph.InputsOf(n)
	if len(inputs) == 0 {
		return w.leaf(n)
	}
	form, err := formOf(n)
	if err != nil {
		w.fail(err)
		return ""
	}
	names := make([]string, len(inputs))
	for i, input := range inputs {
		names[i] = w.value(input)
	}
	return form(w, names)
}

// formOf returns the form of the operation of a node.
func formOf(n *gorgonia.Node) (graph.OpForm, error) {
	if form := graph.FormOf(n.Op()); form != nil {
		return form, nil
	}
	if form := gorgoniaForm(n); form != nil {
		return form, nil
	}
	return nil, fmt.Errorf("the operation %v %w", n.Op(), ErrNoForm)
}

// leaf writes a weight or a constant. Anything else is an error as soon as an operator reads it: the forms of some operations do
// not, such as that of batch norm, which needs the weights of the samples only to train.
func (w *walker) leaf(n *gorgonia.Node) string {
	if weight := w.weights.Get(n.Name()); weight != nil && n.Op() == nil {
		name := w.take(weight.Name)
		w.model.addTensor(name, float32Type, weight.Shape, offheap.Bytes(weight.Values()))
		return name
	}
	switch v := n.Value().(type) {
	case *gorgonia.F32:
		return w.constant("constant", nil, []float32{float32(*v)})
	case *tensor.Dense:
		if data, is := v.Data().([]float32); is && !hasBatch(v.Shape()) {
			return w.constant("constant", v.Shape(), data)
		}
	}
	name := w.take(n.Name())
	w.missing[name] = fmt.Errorf("the input %q of the graph is neither a field nor a weight nor a constant of one size for all batches, and %w", n.Name(), ErrNoForm)
	return name
}

func (w *walker) constant(wanted string, shape []int, data []float32) string {
	name := w.take(wanted)
	w.model.addTensor(name, float32Type, shape, offheap.Bytes(data))
	return name
}

// Node implements graph.Form.
func (w *walker) Node(operator string, inputs []string, attributes ...graph.FormAttribute) string {
	output := w.take(fmt.Sprintf("%s_%d", operator, len(w.model.nodes)))
	w.node("", operator, inputs, []string{output}, attributes)
	return output
}

// node adds a NodeProto.
func (w *walker) node(domain, operator string, inputs, outputs []string, attributes []graph.FormAttribute) {
	var m message
	for _, name := range inputs {
		if err := w.missing[name]; err != nil {
			w.fail(err)
		}
		m = m.text(1, name)
	}
	for _, name := range outputs {
		m = m.text(2, name)
	}
	m = m.text(3, outputs[0]).text(4, operator)
	for _, a := range attributes {
		written, err := attribute(a)
		if err != nil {
			w.fail(fmt.Errorf("the operator %s: %w", operator, err))
		}
		m = m.message(5, written)
	}
	if domain != "" {
		m = m.text(7, domain)
	}
	w.model.nodes = append(w.model.nodes, m)
}

// Ints implements graph.Form. Equal vectors are written once.
func (w *walker) Ints(values ...int) string {
	key := fmt.Sprint(values)
	if name, known := w.ints[key]; known {
		return name
	}
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	name := w.take("ints")
	w.model.addTensor(name, int64Type, []int{len(values)}, data)
	w.ints[key] = name
	return name
}

// Floats implements graph.Form.
func (w *walker) Floats(values ...float32) string {
	return w.constant("floats", []int{len(values)}, values)
}

// doubles is Floats in float64.
func (w *walker) doubles(values ...float64) string {
	var data []byte
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
	}
	name := w.take("doubles")
	w.model.addTensor(name, float64Type, []int{len(values)}, data)
	return name
}
