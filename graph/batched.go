package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MultiplySamples multiplies, for every sample, a matrix (n, inner) by a matrix (inner, k): x
// (batch, n*inner) and y (batch, inner*k), or y of any shape with so many elements, give
// (batch, n*k).
func MultiplySamples(x, y *gorgonia.Node, n, inner, k int) (*gorgonia.Node, error) {
	batch := x.Shape()[0]
	if n < 1 || inner < 1 || k < 1 || x.Shape().TotalSize() != batch*n*inner || y.Shape().TotalSize() != batch*inner*k {
		return nil, fmt.Errorf("graph: multiply samples: %v and %v are not matrices (%d, %d) and (%d, %d)", x.Shape(), y.Shape(), n, inner, inner, k)
	}
	forward := sampleOp(batch, n*k, n*inner, inner*k, func(c, a, b []float32) { addProduct(c, a, b, n, inner, k) })
	dx := sampleOp(batch, n*inner, n*k, inner*k, func(c, g, b []float32) { addProductT(c, g, b, n, inner, k) })
	dy := sampleOp(batch, inner*k, n*inner, n*k, func(c, a, g []float32) { addTProduct(c, a, g, n, inner, k) })
	flops := 2 * batch * n * inner * k
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newDenseOp("multiply samples dx", x.Shape().Clone(), 2, dx, nil).counting(flops).apply(grad, in[1]))
		ns.add(newDenseOp("multiply samples dy", y.Shape().Clone(), 2, dy, nil).counting(flops).apply(in[0], grad))
		return ns.done()
	}
	return newDenseOp("multiply samples", tensor.Shape{batch, n * k}, 2, forward, diff).counting(flops).apply(x, y)
}

// sampleOp does f, which adds to zeros, on the parts of every sample.
func sampleOp(batch, outSize, aSize, bSize int, f func(out, a, b []float32)) compute {
	var out, a, b []float32
	tile := func(from, to int) {
		for s := from; s < to; s++ {
			dst := out[s*outSize : (s+1)*outSize]
			clear(dst)
			f(dst, a[s*aSize:(s+1)*aSize], b[s*bSize:(s+1)*bSize])
		}
	}
	return func(dst []float32, in [][]float32) {
		out, a, b = dst, in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, tile)
	}
}

// addProduct is c (n, k) += a (n, inner) b (inner, k).
func addProduct(c, a, b []float32, n, inner, k int) {
	for i := range n {
		for p, v := range a[i*inner : (i+1)*inner] {
			kernel.Axpy(c[i*k:(i+1)*k], b[p*k:], v)
		}
	}
}

// addTProduct is c (inner, k) += the transpose of a (n, inner), times g (n, k).
func addTProduct(c, a, g []float32, n, inner, k int) {
	for i := range n {
		for p, v := range a[i*inner : (i+1)*inner] {
			kernel.Axpy(c[p*k:(p+1)*k], g[i*k:], v)
		}
	}
}

// addProductT is c (n, inner) += g (n, k) times the transpose of b (inner, k).
func addProductT(c, g, b []float32, n, inner, k int) {
	for i := range n {
		row := g[i*k : (i+1)*k]
		for p := range inner {
			var sum float32
			for j, v := range b[p*k : (p+1)*k] {
				sum += row[j] * v
			}
			c[i*inner+p] += sum
		}
	}
}
