package graph

import (
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Tanh returns the hyperbolic tangent of each element.
func Tanh(x *gorgonia.Node) (*gorgonia.Node, error) {
	backward := elementwise(func(dx, y, grad []float32) {
		for i, t := range y {
			dx[i] = grad[i] * (1 - t*t)
		}
	})
	diff := func(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("tanh gradient", out.Shape().Clone(), 2, backward, nil).apply(out, grad)
		return gorgonia.Nodes{dx}, err
	}
	forward := elementwise(func(dst, x, _ []float32) { kernel.Tanh(dst, x) })
	return newDenseOp("tanh", x.Shape().Clone(), 1, forward, diff).as(operator("Tanh")).apply(x)
}
