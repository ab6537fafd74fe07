package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Product returns the product of x and y, element by element.
func Product(x, y *gorgonia.Node) (*gorgonia.Node, error) {
	if !x.Shape().Eq(y.Shape()) {
		return nil, fmt.Errorf("graph: product: shapes %v and %v differ", x.Shape(), y.Shape())
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		for i := range in {
			ns.add(newDenseOp("product gradient", grad.Shape().Clone(), 2, elementwise(kernel.Mul), nil).apply(grad, in[1-i]))
		}
		return ns.done()
	}
	return newDenseOp("product", x.Shape().Clone(), 2, elementwise(kernel.Mul), diff).as(operator("Mul")).apply(x, y)
}

// Scaled returns x times a number.
func Scaled(x *gorgonia.Node, by float32) (*gorgonia.Node, error) {
	forward := elementwise(func(dst, x, _ []float32) {
		copy(dst, x)
		kernel.Scale(dst, by)
	})
	diff := func(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("scaled gradient", x.Shape().Clone(), 1, forward, nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string { return f.Node("Mul", []string{in[0], f.Floats(by)}) }
	return newDenseOp("scaled", x.Shape().Clone(), 1, forward, diff).as(form).apply(x)
}

// ReLU returns the positive part of x.
func ReLU(x *gorgonia.Node) (*gorgonia.Node, error) {
	diff := func(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		if isClearedBy(out, grad) {
			return gorgonia.Nodes{grad}, nil
		}
		dx, err := reluGrad(out, grad)
		return gorgonia.Nodes{dx}, err
	}
	forward := elementwise(func(dst, x, _ []float32) { kernel.ReLU(dst, x) })
	o := newDenseOp("relu", x.Shape().Clone(), 1, forward, diff).as(operator("Relu"))
	o.positive = true
	return o.apply(x)
}

// reluGrad passes the gradient on where the output is positive.
func reluGrad(out, grad *gorgonia.Node) (*gorgonia.Node, error) {
	return newDenseOp("relu gradient", out.Shape().Clone(), 2, elementwise(kernel.ReLUGrad), nil).apply(out, grad)
}

// Probabilities returns the sigmoid of logits, without a gradient: what a student learns from a teacher.
func Probabilities(logits *gorgonia.Node) (*gorgonia.Node, error) {
	forward := elementwise(func(dst, x, _ []float32) { kernel.Sigmoid(dst, x) })
	return newDenseOp("probabilities", logits.Shape().Clone(), 1, forward, nil).as(operator("Sigmoid")).apply(logits)
}

// Product returns the product of two nodes, element by element.
func (b *Builder) Product(x, y *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep("product")(Product(x, y))
}

// ReLU returns the positive part of x.
func (b *Builder) ReLU(x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep("relu")(ReLU(x))
}

// elementsPerTile is how many elements a core takes at a time in element-wise work.
const elementsPerTile = 1 << 14

// elementwise calls f with tiles of the output and of the first and the last input, which have one size.
func elementwise(f func(dst, a, b []float32)) compute {
	var dst, a, b []float32
	tile := func(from, to int) { f(dst[from:to], a[from:to], b[from:to]) }
	return func(out []float32, in [][]float32) {
		dst, a, b = out, in[0], in[len(in)-1]
		kernel.Parallel(len(out), elementsPerTile, tile)
	}
}

// checkColumns returns an error unless every vector has a value for each column of the matrix x.
func checkColumns(what string, x *gorgonia.Node, vectors ...*gorgonia.Node) error {
	if x.Dims() != 2 {
		return fmt.Errorf("graph: %s needs a matrix, got %v", what, x.Shape())
	}
	for _, v := range vectors {
		if v.Shape().TotalSize() != x.Shape()[1] {
			return fmt.Errorf("graph: %s: x %v and %s %v do not fit", what, x.Shape(), v.Name(), v.Shape())
		}
	}
	return nil
}

// columnTotals sums over the rows of a matrix, first over those of each tile, then over the tiles in their order.
type columnTotals struct {
	n       int // columns
	partial []float32
}

func newColumnTotals(rows, n int) *columnTotals {
	return &columnTotals{n, make([]float32, tilesOf(rows)*n)}
}

// begin returns the sums of the tile that begins with a row, at zero.
func (c *columnTotals) begin(row int) []float32 {
	at := row / rowsPerTile * c.n
	sums := c.partial[at : at+c.n]
	clear(sums)
	return sums
}

// total adds up the sums of the tiles of so many rows.
func (c *columnTotals) total(dst []float32, rows int) {
	kernel.ColumnSums(dst, c.partial, tilesOf(rows), c.n)
}

// tilesOf returns how many tiles rows have.
func tilesOf(rows int) int { return (rows + rowsPerTile - 1) / rowsPerTile }
