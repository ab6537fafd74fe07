package graph

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// GELU returns x times the probability that a normal variable is below x, for each element.
//
// Reference: Hendrycks and Gimpel, Gaussian Error Linear Units, 2016; the exact form, as PyTorch's default.
func GELU(x *gorgonia.Node) (*gorgonia.Node, error) {
	below := make([]float32, x.Shape().TotalSize())
	var out, in0, grad []float32
	forwardTile := func(from, to int) {
		kernel.NormalCDF(below[from:to], in0[from:to])
		kernel.Mul(out[from:to], in0[from:to], below[from:to])
	}
	backwardTile := func(from, to int) {
		const most = 2048 // which stay in the first cache between the passes
		for ; from < to; from += most {
			end := min(to, from+most)
			geluGrad(out[from:end], in0[from:end], below[from:end], grad[from:end])
		}
	}
	forward := func(dst []float32, in [][]float32) {
		out, in0 = dst, in[0]
		kernel.Parallel(len(dst), elementsPerTile, forwardTile)
	}
	// The value is an input of the gradient, so that the forward pass has computed the probabilities.
	backward := func(dst []float32, in [][]float32) {
		out, in0, grad = dst, in[0], in[1]
		kernel.Parallel(len(dst), elementsPerTile, backwardTile)
	}
	diff := func(in gorgonia.Nodes, value, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("gelu gradient", x.Shape().Clone(), 3, backward, nil).apply(in[0], grad, value)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string {
		erf := f.Node("Erf", []string{f.Node("Mul", []string{in[0], f.Floats(1 / math.Sqrt2)})})
		twice := f.Node("Mul", []string{in[0], f.Node("Add", []string{erf, f.Floats(1)})})
		return f.Node("Mul", []string{twice, f.Floats(0.5)})
	}
	return newDenseOp("gelu", x.Shape().Clone(), 1, forward, diff).as(form).apply(x)
}

// geluGrad computes dx = grad * (below + x*density(x)).
func geluGrad(dx, x, below, grad []float32) {
	kernel.Mul(dx, x, x)
	kernel.Scale(dx, -0.5)
	kernel.Exp(dx, dx)
	kernel.Mul(dx, dx, x)
	kernel.Scale(dx, float32(1/math.Sqrt(2*math.Pi)))
	kernel.Add(dx, below)
	kernel.Mul(dx, dx, grad)
}

// GELU returns GELU of x.
func (b *Builder) GELU(x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep("gelu")(GELU(x))
}
