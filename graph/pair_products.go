package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// PairProducts returns the sum of the dot products of all pairs of the n vectors e (batch, n*dim) of each sample, (batch, 1):
//
//	y = sum over i < j of  e_i . e_j
//
// at the cost of one pass: each vector is multiplied by the sum of those before it. So nothing large is subtracted, as it is in
// (||sum_i e_i||^2 - sum_i ||e_i||^2) / 2.
//
// Reference: Rendle, Factorization Machines, ICDM 2010, section III.
func PairProducts(e *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	if e.Dims() != 2 || dim < 1 || e.Shape()[1]%dim != 0 {
		return nil, fmt.Errorf("graph: pair products: %v is not made of vectors of %d values", e.Shape(), dim)
	}
	batch, n := e.Shape()[0], e.Shape()[1]/dim
	p := &pairProducts{batch: batch, n: n, dim: dim}
	p.scratch = make([]float32, (batch+samplesPerTile-1)/samplesPerTile*2*dim)
	forwardTile, backwardTile := p.forward, p.backward
	forward := func(out []float32, in [][]float32) {
		p.out, p.e = out, in[0]
		kernel.Parallel(batch, samplesPerTile, forwardTile)
	}
	backward := func(out []float32, in [][]float32) {
		p.out, p.e, p.grad = out, in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, backwardTile)
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		de, err := newDenseOp("pair products gradient", e.Shape().Clone(), 2, backward, nil).apply(in[0], grad)
		return gorgonia.Nodes{de}, err
	}
	return newDenseOp("pair products", tensor.Shape{batch, 1}, 1, forward, diff).as(p.form).apply(e)
}

// form has the squares of sums, which are few operators.
func (p *pairProducts) form(f Form, in []string) string {
	e := reshaped(f, in[0], -1, p.n, p.dim)
	sum := f.Node("ReduceSum", []string{e, f.Ints(1)}, FormAttribute{"keepdims", 0})
	squares := f.Node("ReduceSum", []string{f.Node("Mul", []string{e, e}), f.Ints(1)}, FormAttribute{"keepdims", 0})
	twice := f.Node("Sub", []string{f.Node("Mul", []string{sum, sum}), squares})
	return f.Node("Mul", []string{f.Node("ReduceSum", []string{twice, f.Ints(1)}), f.Floats(0.5)})
}

// pairProducts is the state of one operation.
type pairProducts struct {
	batch, n, dim int
	scratch       []float32 // two vectors for each tile
	out, e, grad  []float32 // of this run
}

// vectors returns the two vectors of the tile that begins with a sample.
func (p *pairProducts) vectors(from int) (a, b []float32) {
	two := p.scratch[from/samplesPerTile*2*p.dim:][:2*p.dim]
	return two[:p.dim], two[p.dim:]
}

func (p *pairProducts) forward(from, to int) {
	sum, products := p.vectors(from)
	for s := from; s < to; s++ {
		clear(sum)
		clear(products)
		for row := p.e[s*p.n*p.dim:][:p.n*p.dim]; len(row) > 0; row = row[p.dim:] {
			kernel.MulAdd(products, sum, row[:p.dim])
			kernel.Add(sum, row[:p.dim])
		}
		var y float32
		for _, v := range products {
			y += v
		}
		p.out[s] = y
	}
}

// backward gives each vector the sum of the others.
func (p *pairProducts) backward(from, to int) {
	sum, _ := p.vectors(from)
	for s := from; s < to; s++ {
		size := p.n * p.dim
		row, out := p.e[s*size:][:size], p.out[s*size:][:size]
		kernel.ColumnSums(sum, row, p.n, p.dim)
		for ; len(row) > 0; row, out = row[p.dim:], out[p.dim:] {
			for d, v := range sum {
				out[d] = p.grad[s] * (v - row[d])
			}
		}
	}
}

// PairProducts returns PairProducts of the vectors e: the second-order term of a factorization machine.
func (b *Builder) PairProducts(name string, e *gorgonia.Node, dim int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(PairProducts(e, dim))
}
