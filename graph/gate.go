package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Gate lets values pass in part: it returns 2*sigmoid(scores) * x for x (batch, n) and scores of the same shape, or (1, n) for all
// samples. A score of zero lets a value pass as it is.
//
// Reference: Mao et al., FinalMLP, AAAI 2023, section 3.2.
func Gate(x, scores *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || scores.Dims() != 2 || x.Shape()[1] != scores.Shape()[1] || scores.Shape()[0] != 1 && scores.Shape()[0] != x.Shape()[0] {
		return nil, fmt.Errorf("graph: gate: scores %v do not fit %v", scores.Shape(), x.Shape())
	}
	g := &gate{batch: x.Shape()[0], n: x.Shape()[1], shared: scores.Shape()[0] == 1, open: make([]float32, scores.Shape().TotalSize())}
	forwardTile, backwardTile := g.forward, g.backward
	forward := func(out []float32, in [][]float32) {
		g.out, g.x = out, in[0]
		kernel.Sigmoid(g.open, in[1])
		kernel.Scale(g.open, 2)
		kernel.Parallel(g.batch, rowsPerTile, forwardTile)
	}
	diff := func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		g.dscores, g.totals = make([]float32, len(g.open)), newColumnTotals(g.batch, g.n)
		// out is an input, so that the forward pass has computed how far the gates are open.
		backward := func(dx []float32, v [][]float32) {
			g.out, g.x, g.grad = dx, v[0], v[1]
			kernel.Parallel(g.batch, rowsPerTile, backwardTile)
			g.finish()
		}
		var ns nodes
		main := ns.add(newDenseOp("gate gradient", x.Shape().Clone(), 3, backward, nil).apply(in[0], grad, out))
		if ns.err == nil {
			ns.add(sideResult("gate scores gradient", main, g.dscores, scores.Shape()))
		}
		return ns.done()
	}
	form := func(f Form, in []string) string {
		open := f.Node("Mul", []string{f.Node("Sigmoid", in[1:]), f.Floats(2)})
		return f.Node("Mul", []string{in[0], open})
	}
	return newDenseOp("gate", x.Shape().Clone(), 2, forward, diff).as(form).apply(x, scores)
}

// gate is the state of one operation.
type gate struct {
	batch, n int
	shared   bool      // one row of scores is that of all samples
	open     []float32 // 2*sigmoid(scores)
	dscores  []float32
	totals   *columnTotals // of the gradient of open, if it is shared

	out, x, grad []float32 // of this run
}

// opened returns the part of open that belongs to a sample.
func (g *gate) opened(sample int) []float32 {
	if g.shared {
		return g.open
	}
	return g.open[sample*g.n:][:g.n]
}

func (g *gate) forward(from, to int) {
	for s := from; s < to; s++ {
		kernel.Mul(g.out[s*g.n:(s+1)*g.n], g.x[s*g.n:], g.opened(s))
	}
}

// backward writes the gradient of x, and that of open to dscores or to the totals.
func (g *gate) backward(from, to int) {
	totals := g.totals.begin(from)
	for s := from; s < to; s++ {
		x, grad := g.x[s*g.n:(s+1)*g.n], g.grad[s*g.n:(s+1)*g.n]
		kernel.Mul(g.out[s*g.n:(s+1)*g.n], grad, g.opened(s))
		if g.shared {
			kernel.MulAdd(totals, x, grad)
		} else {
			kernel.Mul(g.dscores[s*g.n:(s+1)*g.n], x, grad)
		}
	}
}

// finish makes the gradient of the scores of that of open: the derivative of 2*sigmoid is open * (1 - open/2).
func (g *gate) finish() {
	if g.shared {
		g.totals.total(g.dscores, g.batch)
	}
	for i, open := range g.open {
		g.dscores[i] *= open * (1 - open/2)
	}
}

// Gate returns Gate of x and scores.
func (b *Builder) Gate(name string, x, scores *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Gate(x, scores))
}
