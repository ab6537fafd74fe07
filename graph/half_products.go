package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// HalfProducts multiplies the second half of each row of x (batch, 2n) by the first: [u, v] becomes [u, u*v].
//
// Reference: Zhu et al., FINAL, SIGIR 2023, section 3.1.
func HalfProducts(x *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || x.Shape()[1]%2 != 0 {
		return nil, fmt.Errorf("graph: half products: %v has no two halves", x.Shape())
	}
	batch, n := x.Shape()[0], x.Shape()[1]/2
	halves := func(data []float32, row int) (u, v []float32) {
		return data[2*n*row:][:n], data[2*n*row+n:][:n]
	}
	forward := onAllCores(batch, samplesPerTile, func(out []float32, in [][]float32, from, to int) {
		for r := from; r < to; r++ {
			u, v := halves(in[0], r)
			first, second := halves(out, r)
			copy(first, u)
			kernel.Mul(second, u, v)
		}
	})
	backward := onAllCores(batch, samplesPerTile, func(out []float32, in [][]float32, from, to int) {
		for r := from; r < to; r++ {
			u, v := halves(in[0], r)
			first, second := halves(in[1], r)
			du, dv := halves(out, r)
			kernel.Mul(du, second, v)
			kernel.Add(du, first)
			kernel.Mul(dv, second, u)
		}
	})
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("half products gradient", x.Shape().Clone(), 2, backward, nil).apply(in[0], grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string {
		u, v := columnsForm(f, in[0], 0, n), columnsForm(f, in[0], n, 2*n)
		return f.Node("Concat", []string{u, f.Node("Mul", []string{u, v})}, FormAttribute{"axis", 1})
	}
	return newDenseOp("half products", x.Shape().Clone(), 1, forward, diff).as(form).apply(x)
}

// HalfProducts returns HalfProducts of x.
func (b *Builder) HalfProducts(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(HalfProducts(x))
}
