package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Apply adds an operation of one's own on dense float32 values to the graph of its inputs. forward writes out, of the given
// shape, from the data of the inputs, all in row-major order; out holds what the last run left. diff makes the nodes of
// the gradients, one for each input, from the inputs, the output and the gradient of the output; nil means that there is no
// gradient. The operation owns its output and reuses it from run to run. Check its gradient with package graphtest, and
// give it an ONNX form by SetForm if its graphs are to be exported.
func Apply(name string, shape tensor.Shape, forward func(out []float32, in [][]float32),
	diff func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error), inputs ...*gorgonia.Node,
) (*gorgonia.Node, error) {
	o := newDenseOp(name, shape, len(inputs), forward, diff)
	o.foreign = true
	return o.apply(inputs...)
}
