package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A sample's embeddings are a matrix, one vector of dim values for each of n fields, stored as a row
// of n*dim values: (batch, n*dim). Operations that combine fields position by position need the
// matrix the other way round: (batch*dim, n), a row for each position of each sample.

// Positions turns x (batch, n*dim) into (batch*dim, n).
func Positions(x *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || dim < 1 || x.Shape()[1]%dim != 0 {
		return nil, fmt.Errorf("graph: positions: %v is not made of vectors of %d", x.Shape(), dim)
	}
	batch, n := x.Shape()[0], x.Shape()[1]/dim
	return transposeSamples("positions", x, batch, n, dim, tensor.Shape{batch * dim, n})
}

// Vectors turns x (batch*dim, n) back into (batch, n*dim).
func Vectors(x *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || dim < 1 || x.Shape()[0]%dim != 0 {
		return nil, fmt.Errorf("graph: vectors: %v is not made of %d positions a sample", x.Shape(), dim)
	}
	batch, n := x.Shape()[0]/dim, x.Shape()[1]
	return transposeSamples("vectors", x, batch, dim, n, tensor.Shape{batch, n * dim})
}

// transposeSamples transposes the (rows, columns) matrix of every sample.
func transposeSamples(name string, x *gorgonia.Node, batch, rows, columns int, shape tensor.Shape) (*gorgonia.Node, error) {
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp(name+" gradient", x.Shape().Clone(), 1, transposer(batch, columns, rows), nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	return newDenseOp(name, shape, 1, transposer(batch, rows, columns), diff).apply(x)
}

func transposer(batch, rows, columns int) compute {
	var dst, src []float32
	size := rows * columns
	tile := func(from, to int) {
		for b := from; b < to; b++ {
			s, d := src[b*size:(b+1)*size], dst[b*size:(b+1)*size]
			for r := range rows {
				at := r
				for _, v := range s[r*columns : (r+1)*columns] {
					d[at] = v
					at += rows
				}
			}
		}
	}
	return func(out []float32, in [][]float32) {
		dst, src = out, in[0]
		kernel.Parallel(batch, samplesPerTile, tile)
	}
}

// SumPositions sums x (batch*dim, n) over the positions of each sample: (batch, n).
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
	return newDenseOp("sum positions", tensor.Shape{x.Shape()[0] / dim, n}, 1, forward, diff).apply(x)
}
