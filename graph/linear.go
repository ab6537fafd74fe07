package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Linear returns x (batch, in) times weight (in, units) plus bias (1, units), or with relu the positive part
// of it: one fused operation.
func Linear(x, weight, bias *gorgonia.Node, relu bool) (*gorgonia.Node, error) {
	if x.Dims() != 2 || weight.Dims() != 2 || x.Shape()[1] != weight.Shape()[0] || bias.Shape().TotalSize() != weight.Shape()[1] {
		return nil, fmt.Errorf("graph: linear: x %v, weight %v and bias %v do not fit", x.Shape(), weight.Shape(), bias.Shape())
	}
	rows, in, units := rowsOf(x), x.Shape()[1], weight.Shape()[1]
	forward := func(p Precision, out []float32, v [][]float32) {
		p.Linear(out, v[0], v[1], v[2], rows.n, in, units, relu)
	}
	diff := func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		if relu && !isClearedBy(out, grad) {
			var err error
			if grad, err = reluGrad(out, grad); err != nil {
				return nil, err
			}
		}
		ns.add(linearGrad(in[0], in[1], grad))
		ns.add(matMul("linear dw", in[0], grad, true, false))
		ns.add(columnSums(grad, rows, in[2].Shape()))
		return ns.done()
	}
	o := newProductOp("linear", tensor.Shape{rows.all(), units}, 3, 2*rows.all()*in*units, forward, diff).over(rows)
	o.positive = relu
	form := func(f Form, in []string) string {
		y := f.Node("Gemm", []string{in[0], in[1], reshaped(f, in[2], units)})
		if relu {
			y = f.Node("Relu", []string{y})
		}
		return y
	}
	return o.as(form).apply(x, weight, bias)
}

// linearGrad returns the gradient of x. If x is a positive part, the gradient of what is below it needs zeros
// wherever x is zero: linearGrad writes them in passing.
func linearGrad(x, weight, grad *gorgonia.Node) (*gorgonia.Node, error) {
	rows, in, units := rowsOf(x), x.Shape()[1], weight.Shape()[1]
	inputs := gorgonia.Nodes{grad, weight}
	if from, isOurs := x.Op().(*op); isOurs && from.positive {
		inputs = append(inputs, x)
	}
	forward := func(p Precision, out []float32, v [][]float32) {
		var where []float32
		if len(v) > 2 {
			where = v[2]
		}
		p.LinearGrad(out, v[0], v[1], where, rows.n, in, units)
	}
	o := newProductOp("linear dx", x.Shape().Clone(), len(inputs), 2*rows.all()*in*units, forward, nil).over(rows)
	if len(inputs) > 2 {
		o.clearedBy = x
	}
	return o.apply(inputs...)
}

// isClearedBy reports whether a gradient is zero already wherever x is.
func isClearedBy(x, grad *gorgonia.Node) bool {
	from, isOurs := grad.Op().(*op)
	return isOurs && from.clearedBy == x
}

// MatMul returns x (rows, inner) times y (inner, columns), by the kernels of this module.
func MatMul(x, y *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || y.Dims() != 2 || x.Shape()[1] != y.Shape()[0] {
		return nil, fmt.Errorf("graph: matrices %v and %v do not fit", x.Shape(), y.Shape())
	}
	return matMul("matmul", x, y, false, false)
}

// matMul multiplies a by b, each transposed if its argument says so. It sums over the rows of a transposed a that count.
func matMul(name string, a, b *gorgonia.Node, transA, transB bool) (*gorgonia.Node, error) {
	lda, ldb := a.Shape()[1], b.Shape()[1]
	m, k, n := a.Shape()[0], lda, ldb
	inner := &packing{n: k}
	if transA {
		m, k, inner = k, m, rowsOf(a)
	}
	if transB {
		n = b.Shape()[0]
	}
	forward := func(p Precision, out []float32, v [][]float32) {
		p.Gemm(transA, transB, m, n, inner.n, v[0], lda, v[1], ldb, out, n, false)
	}
	var diff symDiff
	var form OpForm
	if !transA && !transB {
		form = operator("MatMul")
		diff = func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
			var ns nodes
			ns.add(matMul(name+" dx", grad, in[1], false, true))
			ns.add(matMul(name+" dy", in[0], grad, true, false))
			return ns.done()
		}
	}
	return newProductOp(name, tensor.Shape{m, n}, 2, 2*m*n*k, forward, diff).as(form).apply(a, b)
}

// columnsPerTile is how many columns of a sum over rows a core takes at a time.
const columnsPerTile = 256

func columnSums(x *gorgonia.Node, rows *packing, shape tensor.Shape) (*gorgonia.Node, error) {
	columns := x.Shape()[1]
	var dst, src []float32
	tile := func(from, to int) {
		sums := dst[from:to]
		clear(sums)
		for r := range rows.n {
			kernel.Add(sums, src[r*columns+from:])
		}
	}
	forward := func(out []float32, in [][]float32) {
		dst, src = out, in[0]
		kernel.Parallel(columns, columnsPerTile, tile)
	}
	return newDenseOp("column sums", shape.Clone(), 1, forward, nil).apply(x)
}
