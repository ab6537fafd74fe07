package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// gorgoniaSum is how Gorgonia v0.9.18 prints its sum of two tensors.
const gorgoniaSum = "+ false"

// evaluatorOf returns what evaluates a node: its operation, or one of ours that computes the same on all cores. Gorgonia
// adds up the gradients of a node that is used more than once; that sum has one.
func evaluatorOf(n *gorgonia.Node) gorgonia.Op {
	o := n.Op()
	if o == nil || n.Dtype() != tensor.Float32 || n.Dims() == 0 || fmt.Sprint(o) != gorgoniaSum {
		return o
	}
	for _, x := range InputsOf(n) {
		if !x.Shape().Eq(n.Shape()) {
			return o
		}
	}
	dense := newDenseOp("sum", n.Shape().Clone(), 2, sum(n.Shape().TotalSize()), nil)
	return &gradientSum{o, dense}
}

// gradientSum is Gorgonia's sum, with an operation of ours for dense gradients. Those of tables are left to Gorgonia, and so
// to their engine.
type gradientSum struct {
	gorgonia.Op
	dense *op
}

// Do implements gorgonia.Op.
func (s *gradientSum) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	for _, v := range in {
		if _, isDense := v.(*tensor.Dense); !isDense {
			return s.Op.Do(in...)
		}
	}
	return s.dense.Do(in...)
}
