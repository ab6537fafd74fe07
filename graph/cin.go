package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

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
	rows, h, n, units := xk.Shape()[0], xk.Shape()[1], x0.Shape()[1], weight.Shape()[1]
	c, flops := kernel.NewCIN(rows, h, n, units), 2*rows*h*n*units
	forward := func(p Precision, y []float32, in [][]float32) { c.Forward(p, y, in[0], in[1], in[2]) }
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx0, dw := make([]float32, rows*n), make([]float32, h*n*units)
		backward := func(p Precision, dxk []float32, in [][]float32) {
			c.Backward(p, dxk, dx0, dw, in[0], in[1], in[2], in[3])
		}
		var ns nodes
		main := ns.add(newProductOp("cin gradient", xk.Shape().Clone(), 4, 2*flops, backward, nil).apply(in[0], in[1], in[2], grad))
		if ns.err == nil {
			ns.add(sideResult("cin embeddings gradient", main, dx0, x0.Shape()))
			ns.add(sideResult("cin weight gradient", main, dw, weight.Shape()))
		}
		return ns.done()
	}
	// It multiplies all outer products by the weight.
	form := func(f Form, in []string) string {
		outer := f.Node("Mul", []string{reshaped(f, in[0], -1, h, 1), reshaped(f, in[1], -1, 1, n)})
		return f.Node("MatMul", []string{reshaped(f, outer, -1, h*n), in[2]})
	}
	return newProductOp("cin", tensor.Shape{rows, units}, 3, flops, forward, diff).as(form).apply(xk, x0, weight)
}
