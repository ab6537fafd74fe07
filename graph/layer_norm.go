package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// layerNormEps is what LayerNorm adds to the variance, as PyTorch does by default.
const layerNormEps = 1e-5

// LayerNorm normalises every run of n values in the rows of x (rows, a multiple of n) to mean 0 and
// variance 1, multiplies it by gain (1, n) and adds bias (1, n):
//
//	y = (x - mean) / sqrt(variance + 1e-5) * gain + bias
//
// Reference: Ba, Kiros and Hinton, Layer Normalization, 2016.
func LayerNorm(x, gain, bias *gorgonia.Node) (*gorgonia.Node, error) {
	n := gain.Shape().TotalSize()
	if x.Dims() != 2 || x.Shape()[1]%n != 0 || bias.Shape().TotalSize() != n {
		return nil, fmt.Errorf("graph: layer norm: x %v, gain %v and bias %v do not fit", x.Shape(), gain.Shape(), bias.Shape())
	}
	l := &layerNorm{rows: x.Shape().TotalSize() / n, n: n}
	l.norms = make([]kernel.Norm, l.rows)
	forwardTile, backwardTile := l.forward, l.backward
	forward := func(out []float32, in [][]float32) {
		l.out, l.x, l.gain, l.bias = out, in[0], in[1], in[2]
		kernel.Parallel(l.rows, rowsPerTile, forwardTile)
	}
	diff := func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		l.partial = make([]float32, tilesOf(l.rows)*2*l.n)
		dgain, dbias := make([]float32, l.n), make([]float32, l.n)
		// out is an input, so that the forward pass has computed the statistics.
		dx := newDenseOp("layer norm gradient", x.Shape().Clone(), 4, func(dx []float32, v [][]float32) {
			l.out, l.x, l.gain, l.grad = dx, v[0], v[1], v[2]
			kernel.Parallel(l.rows, rowsPerTile, backwardTile)
			l.collect(dgain, dbias)
		}, nil)
		var ns nodes
		node := ns.add(dx.apply(in[0], in[1], grad, out))
		if ns.err == nil {
			ns.add(sideResult("layer norm gain gradient", node, dgain, in[1].Shape()))
			ns.add(sideResult("layer norm bias gradient", node, dbias, in[2].Shape()))
		}
		return ns.done()
	}
	width := x.Shape()[1]
	form := func(f Form, in []string) string {
		inputs := []string{reshaped(f, in[0], -1, width/n, n), reshaped(f, in[1], n), reshaped(f, in[2], n)}
		normal := f.Node("LayerNormalization", inputs, FormAttribute{"axis", -1}, FormAttribute{"epsilon", float32(layerNormEps)})
		return reshaped(f, normal, -1, width)
	}
	return newDenseOp("layer norm", x.Shape().Clone(), 3, forward, diff).as(form).apply(x, gain, bias)
}

// layerNorm is the state of one operation.
type layerNorm struct {
	rows, n                  int // runs, and values in one
	norms                    []kernel.Norm
	out, x, gain, bias, grad []float32 // of this run
	partial                  []float32 // sums of the gain's and the bias's gradient over each tile
}

func (l *layerNorm) forward(from, to int) {
	kernel.Normalize(l.out[from*l.n:to*l.n], l.x[from*l.n:to*l.n], l.gain, l.bias, layerNormEps, l.norms[from:to])
}

func (l *layerNorm) backward(from, to int) {
	tile := from / rowsPerTile
	dgain := l.partial[tile*2*l.n : (tile*2+1)*l.n]
	dbias := l.partial[(tile*2+1)*l.n : (tile*2+2)*l.n]
	clear(dgain)
	clear(dbias)
	from, to, norms := from*l.n, to*l.n, l.norms[from:to]
	kernel.NormalizeGrad(l.out[from:to], dgain, dbias, l.x[from:to], l.grad[from:to], l.gain, norms)
}

// collect adds up the tiles in their order.
func (l *layerNorm) collect(dgain, dbias []float32) {
	clear(dgain)
	clear(dbias)
	for at := 0; at < len(l.partial); at += 2 * l.n {
		kernel.Add(dgain, l.partial[at:at+l.n])
		kernel.Add(dbias, l.partial[at+l.n:at+2*l.n])
	}
}

// sideResult returns the node of a further result of the operation of node main, which has written it to
// data: one piece of work computes several gradients, but an operation has one result.
func sideResult(name string, main *gorgonia.Node, data []float32, shape tensor.Shape) (*gorgonia.Node, error) {
	out := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	o := &op{name: name, shape: shape.Clone()}
	o.do = func([]gorgonia.Value) (gorgonia.Value, error) { return out, nil }
	return o.apply(main)
}
