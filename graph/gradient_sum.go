package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// gorgoniaSum is how Gorgonia v0.9.18 prints its sum of two tensors.
const gorgoniaSum = "+ false"

// isSum reports whether a node is Gorgonia's sum of two tensors of its shape. Gorgonia adds up the gradients of a node that is
// used more than once.
func isSum(n *gorgonia.Node) bool {
	if o := n.Op(); o == nil || n.Dtype() != tensor.Float32 || n.Dims() == 0 || fmt.Sprint(o) != gorgoniaSum {
		return false
	}
	return !slices.ContainsFunc(InputsOf(n), func(x *gorgonia.Node) bool { return !x.Shape().Eq(n.Shape()) })
}

// termsOf returns the inputs of what evaluates a node in a machine with some outputs. Gorgonia makes a sum of three terms of two
// nodes, (a+b)+c. One pass over all terms in that order has the same bits, and moves less memory. So a sum that only
// another sum needs is no step of its own.
func termsOf(n *gorgonia.Node, outputs gorgonia.Nodes) gorgonia.Nodes {
	terms := InputsOf(n)
	if !isSum(n) {
		return terms
	}
	for first := terms[0]; isSum(first) && !outputs.Contains(first) && n.Graph().To(first.ID()).Len() == 1; first = terms[0] {
		terms = append(InputsOf(first), terms[1:]...)
	}
	return terms
}

// evaluatorOf returns what evaluates a node from its terms: its operation, or a sum of ours on all cores.
func evaluatorOf(n *gorgonia.Node, terms gorgonia.Nodes) gorgonia.Op {
	if !isSum(n) {
		return n.Op()
	}
	dense := newDenseOp("sum", n.Shape().Clone(), len(terms), sum(rowsOfAny(terms), n.Shape()), nil)
	return &gradientSum{n.Op(), dense}
}

// rowsOfAny returns the packing that one of the terms has, as all of them have the same; else all rows.
func rowsOfAny(terms gorgonia.Nodes) *packing {
	for _, x := range terms {
		if p := packingOf(x); p != nil {
			return p
		}
	}
	return rowsOf(terms[0])
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
			return s.addTables(in)
		}
	}
	return s.dense.Do(in...)
}

func (s *gradientSum) addTables(in []gorgonia.Value) (sum gorgonia.Value, err error) {
	sum = in[0]
	for _, v := range in[1:] {
		if sum, err = s.Op.Do(sum, v); err != nil {
			return nil, err
		}
	}
	return sum, nil
}
