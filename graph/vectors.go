package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A sample's embeddings are a matrix, one vector of dim values for each of n fields, stored as a row
// of n*dim values: (batch, n*dim). The operations here multiply such matrices sample by sample, without
// copying them.

// Compress makes units vectors of the n vectors of each sample, each of which is a weighted sum: x
// (batch, n*dim) and weight (n, units) give (batch, units*dim).
func Compress(x, weight *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || weight.Dims() != 2 || dim < 1 || x.Shape()[1] != weight.Shape()[0]*dim {
		return nil, fmt.Errorf("graph: compress: vectors %v of %d values and weight %v do not fit", x.Shape(), dim, weight.Shape())
	}
	batch, n, units := x.Shape()[0], weight.Shape()[0], weight.Shape()[1]
	flops := 2 * batch * n * units * dim
	forward := eachSample(batch, units*dim, n*dim, 0, func(out, x, w []float32) {
		kernel.SmallGemm(units, dim, n, w, 1, units, x, dim, out, dim, false)
	})
	dx := eachSample(batch, n*dim, units*dim, 0, func(dx, grad, w []float32) {
		kernel.SmallGemm(n, dim, units, w, units, 1, grad, dim, dx, dim, false)
	})
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newDenseOp("compress dx", x.Shape().Clone(), 2, dx, nil).counting(flops).apply(grad, in[1]))
		ns.add(newDenseOp("compress dw", weight.Shape().Clone(), 2, compressGrad(batch, n, units, dim), nil).counting(flops).apply(in[0], grad))
		return ns.done()
	}
	form := func(f Form, in []string) string {
		weight := f.Node("Transpose", []string{in[1]}, FormAttribute{"perm", []int{1, 0}})
		return reshaped(f, f.Node("MatMul", []string{weight, reshaped(f, in[0], -1, n, dim)}), -1, units*dim)
	}
	return newDenseOp("compress", tensor.Shape{batch, units * dim}, 2, forward, diff).counting(flops).as(form).apply(x, weight)
}

// compressGrad sums x (n, dim) times the transpose of grad (units, dim) over all samples: first over
// those of each tile, then over the tiles in their order.
func compressGrad(batch, n, units, dim int) compute {
	tiles := (batch + samplesPerTile - 1) / samplesPerTile
	partial, transposed := make([]float32, tiles*n*units), make([]float32, tiles*dim*units)
	var x, grad []float32
	tile := func(from, to int) {
		t := from / samplesPerTile
		sum, g := partial[t*n*units:(t+1)*n*units], transposed[t*dim*units:(t+1)*dim*units]
		for s := from; s < to; s++ {
			kernel.Transpose(g, grad[s*units*dim:], units, dim)
			kernel.SmallGemm(n, units, dim, x[s*n*dim:], dim, 1, g, units, sum, units, s > from)
		}
	}
	return func(out []float32, in [][]float32) {
		x, grad = in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, tile)
		kernel.ColumnSums(out, partial, tiles, n*units)
	}
}

// VectorProducts returns the dot product of each of n vectors x (batch, n*dim) with each of k vectors y
// (batch, k*dim), sample by sample: (batch, n*k).
func VectorProducts(x, y *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || y.Dims() != 2 || dim < 1 || x.Shape()[0] != y.Shape()[0] || x.Shape()[1]%dim != 0 || y.Shape()[1]%dim != 0 {
		return nil, fmt.Errorf("graph: vector products: %v and %v are not vectors of %d values", x.Shape(), y.Shape(), dim)
	}
	batch, n, k := x.Shape()[0], x.Shape()[1]/dim, y.Shape()[1]/dim
	flops := 2 * batch * n * k * dim
	forward := vectorProducts(batch, n, k, dim)
	dx := eachSample(batch, n*dim, n*k, k*dim, func(dx, grad, y []float32) {
		kernel.SmallGemm(n, dim, k, grad, k, 1, y, dim, dx, dim, false)
	})
	dy := eachSample(batch, k*dim, n*dim, n*k, func(dy, x, grad []float32) {
		kernel.SmallGemm(k, dim, n, grad, 1, k, x, dim, dy, dim, false)
	})
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newDenseOp("vector products dx", x.Shape().Clone(), 2, dx, nil).counting(flops).apply(grad, in[1]))
		ns.add(newDenseOp("vector products dy", y.Shape().Clone(), 2, dy, nil).counting(flops).apply(in[0], grad))
		return ns.done()
	}
	form := func(f Form, in []string) string {
		y := transposed(f, reshaped(f, in[1], -1, k, dim))
		return reshaped(f, f.Node("MatMul", []string{reshaped(f, in[0], -1, n, dim), y}), -1, n*k)
	}
	return newDenseOp("vector products", tensor.Shape{batch, n * k}, 2, forward, diff).counting(flops).as(form).apply(x, y)
}

// vectorProducts computes x (n, dim) times the transpose of y (k, dim) for every sample.
func vectorProducts(batch, n, k, dim int) compute {
	transposed := make([]float32, (batch+samplesPerTile-1)/samplesPerTile*dim*k)
	var out, x, y []float32
	tile := func(from, to int) {
		t := transposed[from/samplesPerTile*dim*k:][:dim*k]
		for s := from; s < to; s++ {
			kernel.Transpose(t, y[s*k*dim:], k, dim)
			kernel.SmallGemm(n, k, dim, x[s*n*dim:], dim, 1, t, k, out[s*n*k:], k, false)
		}
	}
	return func(dst []float32, in [][]float32) {
		out, x, y = dst, in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, tile)
	}
}

// MapVectors multiplies each of the vectors of x (batch, n*dim) by a weight (dim, units) and adds bias (1, units), unless that is
// nil: (batch, n*units).
func MapVectors(x, weight, bias *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || weight.Dims() != 2 || x.Shape()[1]%weight.Shape()[0] != 0 || bias != nil && bias.Shape().TotalSize() != weight.Shape()[1] {
		return nil, fmt.Errorf("graph: map vectors: %v is not made of vectors for the weight %v", x.Shape(), weight.Shape())
	}
	dim, units := weight.Shape()[0], weight.Shape()[1]
	batch, n := x.Shape()[0], x.Shape()[1]/dim
	flops := 2 * batch * n * dim * units
	inputs := gorgonia.Nodes{x, weight}
	if bias != nil {
		inputs = append(inputs, bias)
	}
	none := make([]float32, units)
	forward := func(p Precision, out []float32, in [][]float32) {
		p.Linear(out, in[0], in[1], append(in, none)[2], batch*n, dim, units, false)
	}
	dx := func(p Precision, out []float32, in [][]float32) {
		p.Gemm(false, true, batch*n, dim, units, in[0], units, in[1], units, out, dim, false)
	}
	dw := func(p Precision, out []float32, in [][]float32) {
		p.Gemm(true, false, dim, units, batch*n, in[0], dim, in[1], units, out, units, false)
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newProductOp("map vectors dx", x.Shape().Clone(), 2, flops, dx, nil).apply(grad, in[1]))
		ns.add(newProductOp("map vectors dw", weight.Shape().Clone(), 2, flops, dw, nil).apply(in[0], grad))
		if len(in) > 2 {
			ns.add(newDenseOp("map vectors dbias", bias.Shape().Clone(), 1, vectorSums(batch*n, units), nil).apply(grad))
		}
		return ns.done()
	}
	form := func(f Form, in []string) string {
		y := f.Node("MatMul", []string{reshaped(f, in[0], -1, n, dim), in[1]})
		if len(in) > 2 {
			y = f.Node("Add", []string{y, reshaped(f, in[2], units)})
		}
		return reshaped(f, y, -1, n*units)
	}
	return newProductOp("map vectors", tensor.Shape{batch, n * units}, len(inputs), flops, forward, diff).as(form).apply(inputs...)
}

// vectorSums sums vectors of n values.
func vectorSums(count, n int) compute {
	totals := newColumnTotals(count, n)
	var x []float32
	tile := func(from, to int) {
		sums := totals.begin(from)
		for i := from; i < to; i++ {
			kernel.Add(sums, x[i*n:])
		}
	}
	return func(out []float32, in [][]float32) {
		x = in[0]
		kernel.Parallel(count, rowsPerTile, tile)
		totals.total(out, count)
	}
}

// MapVectors multiplies each of the vectors of x (batch, n*dim) by the weight name/weight (dim, units) and, if it is biased, adds
// name/bias (1, units): (batch, n*units).
func (b *Builder) MapVectors(name string, x *gorgonia.Node, dim, units int, biased bool) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	weight := b.weight(name+"/weight", dim, units, fanIn(dim), mark{role: RoleInteraction, block: name})
	var bias *gorgonia.Node
	if biased {
		bias = b.weight(name+"/bias", 1, units, fanIn(dim), mark{role: RoleBias, block: name})
	}
	if b.err != nil {
		return nil
	}
	return b.keep(name)(MapVectors(x, weight, bias))
}

// eachSample calls f with the parts of every sample: of the output, and of two inputs. The sizes are the
// values of a sample; an input of size 0 is the same for all samples.
func eachSample(batch, outSize, aSize, bSize int, f func(out, a, b []float32)) compute {
	var out, a, b []float32
	tile := func(from, to int) {
		for s := from; s < to; s++ {
			f(out[s*outSize:(s+1)*outSize], a[s*aSize:], b[s*bSize:])
		}
	}
	return func(dst []float32, in [][]float32) {
		out, a, b = dst, in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, tile)
	}
}
