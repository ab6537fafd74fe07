package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// cinRows is how many positions a CIN layer works on at a time: it never stores the outer products of more.
const cinRows = 448

// CINLayer returns one layer of a compressed interaction network. For every position, with the maps xk
// (positions, h) of the layer before and the embeddings x0 (positions, n), it computes
//
//	y_u = sum over i, j of  weight[i*n+j, u] * xk_i * x0_j
//
// for each of units maps; weight is (h*n, units). It has no activation and no bias.
//
// Reference: Lian et al., xDeepFM, KDD 2018, equation 6.
func CINLayer(xk, x0, weight *gorgonia.Node) (*gorgonia.Node, error) {
	if xk.Dims() != 2 || x0.Dims() != 2 || weight.Dims() != 2 || xk.Shape()[0] != x0.Shape()[0] || weight.Shape()[0] != xk.Shape()[1]*x0.Shape()[1] {
		return nil, fmt.Errorf("graph: cin: maps %v, embeddings %v and weight %v do not fit", xk.Shape(), x0.Shape(), weight.Shape())
	}
	c := &cinLayer{rows: xk.Shape()[0], h: xk.Shape()[1], n: x0.Shape()[1], units: weight.Shape()[1]}
	c.outer = make([]float32, min(cinRows, c.rows)*c.h*c.n)
	c.multiplyTile, c.reduceTile = c.multiply, c.reduce
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		c.dx0, c.dw = make([]float32, c.rows*c.n), make([]float32, c.h*c.n*c.units)
		var ns nodes
		main := ns.add(newProductOp("cin gradient", xk.Shape().Clone(), 4, 2*c.flops(), c.backward, nil).apply(in[0], in[1], in[2], grad))
		if ns.err == nil {
			ns.add(sideResult("cin embeddings gradient", main, c.dx0, x0.Shape()))
			ns.add(sideResult("cin weight gradient", main, c.dw, weight.Shape()))
		}
		return ns.done()
	}
	return newProductOp("cin", tensor.Shape{c.rows, c.units}, 3, c.flops(), c.forward, diff).as(c.form).apply(xk, x0, weight)
}

// form multiplies all outer products by the weight.
func (c *cinLayer) form(f Form, in []string) string {
	outer := f.Node("Mul", []string{reshaped(f, in[0], -1, c.h, 1), reshaped(f, in[1], -1, 1, c.n)})
	return f.Node("MatMul", []string{reshaped(f, outer, -1, c.h*c.n), in[2]})
}

// cinLayer is the state of one operation.
type cinLayer struct {
	rows, h, n, units        int
	outer                    []float32 // outer products, or their gradients, of a block of positions
	xk, x0, dxk, dx0, dw     []float32
	first                    int // position of the block
	multiplyTile, reduceTile func(from, to int)
}

// flops returns those of one matrix product over all positions.
func (c *cinLayer) flops() int { return 2 * c.rows * c.h * c.n * c.units }

func (c *cinLayer) forward(p Precision, out []float32, in [][]float32) {
	c.xk, c.x0 = in[0], in[1]
	size := c.h * c.n
	for c.first = 0; c.first < c.rows; c.first += cinRows {
		rows := min(cinRows, c.rows-c.first)
		kernel.Parallel(rows, samplesPerTile, c.multiplyTile)
		p.Gemm(false, false, rows, c.units, size, c.outer, size, in[2], c.units, out[c.first*c.units:], c.units, false)
	}
}

func (c *cinLayer) backward(p Precision, dxk []float32, in [][]float32) {
	c.xk, c.x0, c.dxk = in[0], in[1], dxk
	weight, grad, size := in[2], in[3], c.h*c.n
	for c.first = 0; c.first < c.rows; c.first += cinRows {
		rows := min(cinRows, c.rows-c.first)
		dy := grad[c.first*c.units:]
		kernel.Parallel(rows, samplesPerTile, c.multiplyTile)
		p.Gemm(true, false, size, c.units, rows, c.outer, size, dy, c.units, c.dw, c.units, c.first > 0)
		p.Gemm(false, true, rows, size, c.units, dy, c.units, weight, c.units, c.outer, size, false)
		kernel.Parallel(rows, samplesPerTile, c.reduceTile)
	}
}

// multiply writes the outer products of positions [from, to) of the block.
func (c *cinLayer) multiply(from, to int) {
	for r := from; r < to; r++ {
		xk, x0 := c.xk[(c.first+r)*c.h:], c.x0[(c.first+r)*c.n:]
		kernel.SmallGemm(c.h, c.n, 1, xk, 1, 1, x0, c.n, c.outer[r*c.h*c.n:], c.n, false)
	}
}

// reduce computes the gradients of the factors from those of the outer products.
func (c *cinLayer) reduce(from, to int) {
	for r := from; r < to; r++ {
		x0, dx0 := c.x0[(c.first+r)*c.n:][:c.n], c.dx0[(c.first+r)*c.n:]
		xk, dxk := c.xk[(c.first+r)*c.h:], c.dxk[(c.first+r)*c.h:][:c.h]
		grad := c.outer[r*c.h*c.n:]
		kernel.Dots(dxk, grad, c.n, x0)
		kernel.SmallGemm(1, c.n, c.h, xk, c.h, 1, grad, c.n, dx0, c.n, false)
	}
}
