package bench

import (
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Traffic is what a step moves besides the rows of tables, in MB.
type Traffic struct {
	Activations float64 `json:"activations_mb"` // outputs of operations: each is written, and read by every operation that takes it
	Weights     float64 `json:"weights_mb"`     // of layers: an update reads values, gradients and moments, and writes all but the gradients
}

// count takes a step more, and counts the shapes of its products and its traffic.
func (s *stepper) count() (shapes []ShapeFigures, t Traffic, err error) {
	var floats int
	s.network.Observe(func(n *gorgonia.Node, _ time.Duration) {
		if shape, found := shapeOf(n); found {
			shapes = addShape(shapes, shape)
		}
		floats += floatsOf(n)
		for _, in := range termsOf(n) {
			if in.Op() != nil { // no table, nor another weight
				floats += floatsOf(in)
			}
		}
	})
	err = s.step()
	s.network.Observe(nil)
	t.Activations = 4 * float64(floats) / 1e6
	for w := range s.weights.All() {
		if w.Table == nil {
			t.Weights += 4 * 7 * float64(w.Shape.TotalSize()) / 1e6
		}
	}
	return shapes, t, err
}

// termsOf returns the nodes whose values an operation reads: its inputs, and in place of one that is never evaluated, because it is
// a part of a sum, the terms of that.
func termsOf(n *gorgonia.Node) (list []*gorgonia.Node) {
	for _, in := range graph.InputsOf(n) {
		if in.Value() != nil {
			list = append(list, in)
			continue
		}
		list = append(list, termsOf(in)...)
	}
	return list
}

// floatsOf returns how many numbers a node has. The index of a batch and the gradient of a table are no matrices, and have none.
func floatsOf(n *gorgonia.Node) int {
	if v, isMatrix := n.Value().(*tensor.Dense); isMatrix && v.Dtype() == tensor.Float32 {
		return v.DataSize()
	}
	return 0
}

// rowBytes is how many bytes a step of AdamAR moves for a touched row: it reads and writes the weights of the row in every
// table, as many values of two moments, and two times.
func (s *stepper) rowBytes() int {
	bytes := 0
	for w := range s.weights.All() {
		if w.Table != nil {
			bytes += 2 * (3*4*w.Table.Dim() + 8)
		}
	}
	return bytes
}
