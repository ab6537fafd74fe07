package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// compute writes out, which has the operation's shape, from the data of its inputs.
type compute func(out []float32, in [][]float32)

// symDiff returns the nodes of the gradients, one for each input.
type symDiff = func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error)

// newDenseOp returns an operation on dense float32 values. Every input has a gradient if diff is not nil.
func newDenseOp(name string, shape tensor.Shape, inputs int, f compute, diff symDiff) *op {
	o := &op{name: name, shape: shape, symDiff: diff, shares: true}
	if diff != nil {
		o.gradOf = make([]bool, inputs)
		for i := range o.gradOf {
			o.gradOf[i] = true
		}
	}
	data := make([][]float32, inputs)
	scalars := make([][1]float32, inputs)
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		if o.out == nil {
			o.out = tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
		}
		for i, v := range in {
			var err error
			if data[i], err = floats(v, &scalars[i]); err != nil {
				return nil, fmt.Errorf("input %d: %w", i, err)
			}
		}
		f(o.out.Float32s(), data)
		return o.out, nil
	}
	return o
}

// product writes out, which has the operation's shape, by matrix products of a precision of the data of its inputs.
type product func(p Precision, out []float32, in [][]float32)

// newProductOp is newDenseOp for matrix products, of so many multiplications and additions, in the precision of the machine that
// runs them. What calls only kernel.SmallGemm or kernel.Dots, which are always float32, is no such operation.
func newProductOp(name string, shape tensor.Shape, inputs, flops int, f product, diff symDiff) *op {
	var o *op
	o = newDenseOp(name, shape, inputs, func(out []float32, in [][]float32) { f(o.precision, out, in) }, diff)
	return o.counting(flops)
}

// onAllCores returns a compute that calls f for tiles of [0, n), several at a time.
func onAllCores(n, tile int, f func(out []float32, in [][]float32, from, to int)) compute {
	var out []float32
	var in [][]float32
	work := func(from, to int) { f(out, in, from, to) }
	return func(dst []float32, src [][]float32) {
		out, in = dst, src
		kernel.Parallel(n, tile, work)
	}
}

// newScalarOp is newDenseOp for a scalar result.
func newScalarOp(name string, inputs int, f func(in [][]float32) float32, diff symDiff) *op {
	o := newDenseOp(name, tensor.Shape{}, inputs, nil, diff)
	o.shares = false
	data := make([][]float32, inputs)
	out := gorgonia.NewF32(0)
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		for i, v := range in {
			var err error
			if data[i], err = floats(v, nil); err != nil {
				return nil, fmt.Errorf("input %d: %w", i, err)
			}
		}
		*out = gorgonia.F32(f(data))
		return out, nil
	}
	return o
}

// floats returns the data of a dense float32 value. It copies that of a scalar to scratch.
func floats(v gorgonia.Value, scratch *[1]float32) ([]float32, error) {
	switch v := v.(type) {
	case *tensor.Dense:
		if v.Dtype() != tensor.Float32 {
			return nil, fmt.Errorf("want float32 values, got %v", v.Dtype())
		}
		if v.RequiresIterator() { // a view that is not contiguous
			return v.Materialize().(*tensor.Dense).Float32s(), nil
		}
		return v.Float32s(), nil // unlike Data, allocates nothing
	case *Table:
		return v.Floats(), nil
	case *gorgonia.F32:
		if scratch != nil {
			scratch[0] = float32(*v)
			return scratch[:], nil
		}
	}
	return nil, fmt.Errorf("want float32 values, got %T", v)
}

// nodes gathers the results of several node makers and keeps the first error.
type nodes struct {
	list gorgonia.Nodes
	err  error
}

func (ns *nodes) add(n *gorgonia.Node, err error) *gorgonia.Node {
	ns.list = append(ns.list, n)
	if ns.err == nil {
		ns.err = err
	}
	return n
}

func (ns *nodes) done() (gorgonia.Nodes, error) { return ns.list, ns.err }

// Apply adds an operation of one's own on dense float32 values to the graph of its inputs. forward writes out, of the given
// shape, from the data of the inputs, all in row-major order; out holds what the last run left. diff makes the nodes of
// the gradients, one for each input, from the inputs, the output and the gradient of the output; nil means that there is no
// gradient. The operation owns its output and reuses it from run to run. Check its gradient with package graphtest, and
// give it an ONNX form by SetForm if its graphs are to be exported.
func Apply(name string, shape tensor.Shape, forward func(out []float32, in [][]float32),
	diff func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error), inputs ...*gorgonia.Node,
) (*gorgonia.Node, error) {
	o := newDenseOp(name, shape, len(inputs), forward, diff)
	o.shares, o.foreign = false, true
	return o.apply(inputs...)
}
