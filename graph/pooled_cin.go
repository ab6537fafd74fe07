package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// PooledCINLayer returns the maps of a CINLayer, summed over the dim positions of each sample: xk
// (batch*dim, h), x0 (batch*dim, n) and weight (h*n, units) give (batch, units). It is for the last
// layer of a network, whose maps nothing else reads: it sums over the positions before it multiplies by
// the weight, so that the product has as many rows as samples and not as positions.
func PooledCINLayer(xk, x0, weight *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	products, err := PositionProducts(xk, x0, dim)
	if err != nil {
		return nil, err
	}
	if weight.Dims() != 2 || weight.Shape()[0] != products.Shape()[1] {
		return nil, fmt.Errorf("graph: pooled cin: maps %v, embeddings %v and weight %v do not fit", xk.Shape(), x0.Shape(), weight.Shape())
	}
	return MatMul(products, weight)
}

// PositionProducts returns, for every sample, the sum over its dim positions of the outer product of x
// (batch*dim, h) and y (batch*dim, n): (batch, h*n).
func PositionProducts(x, y *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || y.Dims() != 2 || dim < 1 || x.Shape()[0] != y.Shape()[0] || x.Shape()[0]%dim != 0 {
		return nil, fmt.Errorf("graph: position products: %v and %v are not made of %d positions a sample", x.Shape(), y.Shape(), dim)
	}
	batch, h, n := x.Shape()[0]/dim, x.Shape()[1], y.Shape()[1]
	flops := 2 * batch * h * n * dim
	forward := eachSample(batch, h*n, h*dim, n*dim, func(out, x, y []float32) {
		kernel.SmallGemm(h, n, dim, x, 1, h, y, n, out, n, false)
	})
	dx := eachSample(batch, h*dim, h*n, n*dim, func(dx, grad, y []float32) {
		for d := range dim {
			kernel.Dots(dx[d*h:(d+1)*h], grad, n, y[d*n:(d+1)*n])
		}
	})
	dy := eachSample(batch, n*dim, h*dim, h*n, func(dy, x, grad []float32) {
		kernel.SmallGemm(dim, n, h, x, h, 1, grad, n, dy, n, false)
	})
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newDenseOp("position products dx", x.Shape().Clone(), 2, dx, nil).counting(flops).apply(grad, in[1]))
		ns.add(newDenseOp("position products dy", y.Shape().Clone(), 2, dy, nil).counting(flops).apply(in[0], grad))
		return ns.done()
	}
	form := func(f Form, in []string) string {
		x := transposed(f, reshaped(f, in[0], -1, dim, h))
		return reshaped(f, f.Node("MatMul", []string{x, reshaped(f, in[1], -1, dim, n)}), -1, h*n)
	}
	return newDenseOp("position products", tensor.Shape{batch, h * n}, 2, forward, diff).counting(flops).as(form).apply(x, y)
}
