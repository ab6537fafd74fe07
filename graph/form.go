package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// Form writes the operators of ONNX (opset 17) that an operation becomes when its graph leaves this module. Values go by
// their names. The size of the batch is free in ONNX, so that a form writes -1 for it.
type Form interface {
	// Node adds an operator and returns its output.
	Node(operator string, inputs []string, attributes ...FormAttribute) string
	// Ints returns a constant vector of int64.
	Ints(values ...int) string
	// Floats returns a constant vector of float32.
	Floats(values ...float32) string
}

// FormAttribute is an attribute of an ONNX operator. Its value is an int, a float32, a string or a []int.
type FormAttribute struct {
	Name  string
	Value any
}

// OpForm writes an operation on its inputs, and returns the output.
type OpForm func(f Form, in []string) string

// FormOf returns the form of an operation of this package, or one that SetForm gave; nil if it has none.
func FormOf(o gorgonia.Op) OpForm {
	if ours, is := o.(*op); is {
		return ours.form
	}
	return nil
}

// SetForm gives the operation of a node that Apply made its form, so that graphs with it can be exported.
func SetForm(n *gorgonia.Node, form OpForm) error {
	ours, is := n.Op().(*op)
	if !is {
		return fmt.Errorf("graph: form: %v is not of an operation of Apply", n)
	}
	ours.form = form
	return nil
}

// as gives the operation its form.
func (o *op) as(form OpForm) *op {
	o.form = form
	return o
}

// operator is the form of an operation that is one operator of ONNX.
func operator(name string, attributes ...FormAttribute) OpForm {
	return func(f Form, in []string) string { return f.Node(name, in, attributes...) }
}

// reshaped gives x other dimensions, of which one may be -1.
func reshaped(f Form, x string, dims ...int) string {
	return f.Node("Reshape", []string{x, f.Ints(dims...)})
}

// transposed exchanges the last two of three dimensions.
func transposed(f Form, x string) string {
	return f.Node("Transpose", []string{x}, FormAttribute{"perm", []int{0, 2, 1}})
}

// columnsForm takes the columns [from, to) of dimension 1.
func columnsForm(f Form, x string, from, to int) string {
	return f.Node("Slice", []string{x, f.Ints(from), f.Ints(to), f.Ints(1)})
}
