package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Add returns the sum of nodes of one shape.
func Add(xs ...*gorgonia.Node) (*gorgonia.Node, error) {
	if len(xs) == 0 {
		return nil, fmt.Errorf("graph: add: no nodes")
	}
	shape := xs[0].Shape().Clone()
	for _, x := range xs {
		if !x.Shape().Eq(shape) {
			return nil, fmt.Errorf("graph: add: shapes %v and %v differ", shape, x.Shape())
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		grads := make(gorgonia.Nodes, len(in))
		for i := range grads {
			grads[i] = grad
		}
		return grads, nil
	}
	return newDenseOp("add", shape, len(xs), sum(rowsOf(xs[0]), shape), diff).as(operator("Sum")).apply(xs...)
}

// sum computes the sum of inputs of one shape, over some rows.
func sum(rows *packing, shape tensor.Shape) compute {
	const valuesPerTile = 4096
	perRow := shape.TotalSize() / shape[0]
	var out []float32
	var in [][]float32
	tile := func(from, to int) {
		copy(out[from:to], in[0][from:to])
		for _, x := range in[1:] {
			kernel.Add(out[from:to], x[from:to])
		}
	}
	return func(dst []float32, src [][]float32) {
		out, in = dst, src
		kernel.Parallel(rows.n*perRow, valuesPerTile, tile)
	}
}

// RowSums returns the sum of each row of x (batch, n): (batch, 1).
func RowSums(x *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 {
		return nil, fmt.Errorf("graph: row sums need a matrix, got %v", x.Shape())
	}
	n := x.Shape()[1]
	forward := func(out []float32, in [][]float32) {
		for b := range out {
			var sum float32
			for _, v := range in[0][b*n : (b+1)*n] {
				sum += v
			}
			out[b] = sum
		}
	}
	backward := func(out []float32, in [][]float32) {
		for i := range out {
			out[i] = in[0][i/n]
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("row sums gradient", in[0].Shape().Clone(), 1, backward, nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string { return f.Node("ReduceSum", []string{in[0], f.Ints(1)}) }
	return newDenseOp("row sums", tensor.Shape{x.Shape()[0], 1}, 1, forward, diff).as(form).apply(x)
}

// Concat returns matrices of one batch side by side: (batch, sum of widths).
func Concat(xs ...*gorgonia.Node) (*gorgonia.Node, error) {
	if len(xs) == 0 {
		return nil, fmt.Errorf("graph: concat: no nodes")
	}
	batch, width := xs[0].Shape()[0], 0
	for _, x := range xs {
		if x.Dims() != 2 || x.Shape()[0] != batch {
			return nil, fmt.Errorf("graph: concat: shapes %v and %v do not fit", xs[0].Shape(), x.Shape())
		}
		width += x.Shape()[1]
	}
	forward := onAllCores(batch, samplesPerTile, func(out []float32, in [][]float32, from, to int) {
		at := 0
		for _, x := range in {
			n := len(x) / batch
			copyColumns(out[from*width+at:], width, x[from*n:], n, n, to-from)
			at += n
		}
	})
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		from := 0
		for _, x := range in {
			ns.add(columnsOf(grad, from, x.Shape()[1]))
			from += x.Shape()[1]
		}
		return ns.done()
	}
	return newDenseOp("concat", tensor.Shape{batch, width}, len(xs), forward, diff).as(operator("Concat", FormAttribute{"axis", 1})).apply(xs...)
}

// columnsOf returns n columns of a matrix: the gradient of a part of Concat.
func columnsOf(x *gorgonia.Node, from, n int) (*gorgonia.Node, error) {
	return newDenseOp("columns", tensor.Shape{x.Shape()[0], n}, 1, takeColumns(x, from, n), nil).apply(x)
}

func takeColumns(x *gorgonia.Node, from, n int) compute {
	batch, width := x.Shape()[0], x.Shape()[1]
	return onAllCores(batch, samplesPerTile, func(out []float32, in [][]float32, first, to int) {
		copyColumns(out[first*n:], n, in[0][first*width+from:], width, n, to-first)
	})
}

// Columns returns columns [from, from+n) of a matrix.
func Columns(x *gorgonia.Node, from, n int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || from < 0 || n < 1 || from+n > x.Shape()[1] {
		return nil, fmt.Errorf("graph: columns [%d, %d) of %v", from, from+n, x.Shape())
	}
	batch, width := x.Shape()[0], x.Shape()[1]
	backward := onAllCores(batch, samplesPerTile, func(out []float32, in [][]float32, first, to int) {
		clear(out[first*width : to*width])
		copyColumns(out[first*width+from:], width, in[0][first*n:], n, n, to-first)
	})
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("columns gradient", x.Shape().Clone(), 1, backward, nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string { return columnsForm(f, in[0], from, from+n) }
	return newDenseOp("columns", tensor.Shape{batch, n}, 1, takeColumns(x, from, n), diff).as(form).apply(x)
}

// copyColumns copies n values of each row, of rows, between matrices of given widths.
func copyColumns(dst []float32, dstWidth int, src []float32, srcWidth, n, rows int) {
	for r := range rows {
		copy(dst[r*dstWidth:r*dstWidth+n], src[r*srcWidth:])
	}
}

// ScaleRows embeds numbers: x (batch, n) and vectors (n, dim) give (batch, n*dim), the vector of each
// number times the number. The gradient is with respect to the vectors only.
func ScaleRows(x, vectors *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || vectors.Dims() != 2 || x.Shape()[1] != vectors.Shape()[0] {
		return nil, fmt.Errorf("graph: scale rows: numbers %v and vectors %v do not fit", x.Shape(), vectors.Shape())
	}
	n, dim := vectors.Shape()[0], vectors.Shape()[1]
	forward := func(out []float32, in [][]float32) {
		clear(out)
		for i, value := range in[0] {
			kernel.Axpy(out[i*dim:][:dim], in[1][i%n*dim:][:dim], value)
		}
	}
	backward := func(out []float32, in [][]float32) {
		clear(out)
		for i, value := range in[0] {
			kernel.Axpy(out[i%n*dim:][:dim], in[1][i*dim:][:dim], value)
		}
	}
	o := newDenseOp("scale rows", tensor.Shape{x.Shape()[0], n * dim}, 2, forward,
		func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
			d, err := newDenseOp("scale rows gradient", in[1].Shape().Clone(), 2, backward, nil).apply(in[0], grad)
			return gorgonia.Nodes{nil, d}, err
		})
	o.gradOf = []bool{false, true}
	form := func(f Form, in []string) string {
		product := f.Node("Mul", []string{reshaped(f, in[0], -1, n, 1), in[1]})
		return reshaped(f, product, -1, n*dim)
	}
	return o.as(form).apply(x, vectors)
}
