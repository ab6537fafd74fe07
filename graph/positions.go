package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operations that combine fields position by position need the transpose of the matrix of a sample's
// embeddings (see Compress): (batch*dim, n), a row for each position of each sample.

// Positions returns x (batch, n*dim) as (batch*dim, n).
func Positions(x *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || dim < 1 || x.Shape()[1]%dim != 0 {
		return nil, fmt.Errorf("graph: positions: %v is not made of vectors of %d", x.Shape(), dim)
	}
	batch, n := x.Shape()[0], x.Shape()[1]/dim
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("positions gradient", x.Shape().Clone(), 1, transposer(batch, dim, n), nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string {
		return reshaped(f, transposed(f, reshaped(f, in[0], -1, n, dim)), -1, n)
	}
	return newDenseOp("positions", tensor.Shape{batch * dim, n}, 1, transposer(batch, n, dim), diff).as(form).apply(x)
}

// Vectors returns x (batch*dim, n), which Positions made, as (batch, n*dim) again.
func Vectors(x *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || dim < 1 || x.Shape()[0]%dim != 0 {
		return nil, fmt.Errorf("graph: vectors: %v is not made of %d positions a sample", x.Shape(), dim)
	}
	batch, n := x.Shape()[0]/dim, x.Shape()[1]
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("vectors gradient", x.Shape().Clone(), 1, transposer(batch, n, dim), nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string {
		return reshaped(f, transposed(f, reshaped(f, in[0], -1, dim, n)), -1, n*dim)
	}
	return newDenseOp("vectors", tensor.Shape{batch, n * dim}, 1, transposer(batch, dim, n), diff).as(form).apply(x)
}

// Positions returns Positions of x (batch, n*dim).
func (b *Builder) Positions(name string, x *gorgonia.Node, dim int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Positions(x, dim))
}

// Vectors returns Vectors of x (batch*dim, n).
func (b *Builder) Vectors(name string, x *gorgonia.Node, dim int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Vectors(x, dim))
}

// transposer transposes the (rows, columns) matrix of every sample.
func transposer(batch, rows, columns int) compute {
	var dst, src []float32
	size := rows * columns
	tile := func(from, to int) {
		for b := from; b < to; b++ {
			kernel.Transpose(dst[b*size:(b+1)*size], src[b*size:(b+1)*size], rows, columns)
		}
	}
	return func(out []float32, in [][]float32) {
		dst, src = out, in[0]
		kernel.Parallel(batch, samplesPerTile, tile)
	}
}

// SumPositions returns the sum of x (batch*dim, n) over the positions of each sample: (batch, n).
func SumPositions(x *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || dim < 1 || x.Shape()[0]%dim != 0 {
		return nil, fmt.Errorf("graph: sum positions: %v is not made of %d positions a sample", x.Shape(), dim)
	}
	n := x.Shape()[1]
	forward := func(out []float32, in [][]float32) {
		for b := range len(out) / n {
			kernel.ColumnSums(out[b*n:(b+1)*n], in[0][b*dim*n:], dim, n)
		}
	}
	backward := func(out []float32, in [][]float32) {
		for r := range len(out) / n {
			copy(out[r*n:(r+1)*n], in[0][r/dim*n:])
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("sum positions gradient", in[0].Shape().Clone(), 1, backward, nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string {
		return f.Node("ReduceSum", []string{reshaped(f, in[0], -1, dim, n), f.Ints(1)}, FormAttribute{"keepdims", 0})
	}
	return newDenseOp("sum positions", tensor.Shape{x.Shape()[0] / dim, n}, 1, forward, diff).as(form).apply(x)
}
