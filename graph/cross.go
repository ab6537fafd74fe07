package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Cross returns x0 * u + x, element by element: what a cross layer does with the features x0, their projection u and its input x.
//
// Reference: Wang et al., DCN V2, WWW 2021, equation 1.
func Cross(x0, u, x *gorgonia.Node) (*gorgonia.Node, error) {
	if !x0.Shape().Eq(u.Shape()) || !x0.Shape().Eq(x.Shape()) {
		return nil, fmt.Errorf("graph: cross: shapes %v, %v and %v differ", x0.Shape(), u.Shape(), x.Shape())
	}
	var out, a, b, c []float32
	tile := func(from, to int) {
		copy(out[from:to], c[from:to])
		kernel.MulAdd(out[from:to], a[from:to], b[from:to])
	}
	forward := func(dst []float32, in [][]float32) {
		out, a, b, c = dst, in[0], in[1], in[2]
		kernel.Parallel(len(dst), elementsPerTile, tile)
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newDenseOp("cross dx0", grad.Shape().Clone(), 2, elementwise(kernel.Mul), nil).apply(grad, in[1]))
		ns.add(newDenseOp("cross du", grad.Shape().Clone(), 2, elementwise(kernel.Mul), nil).apply(grad, in[0]))
		ns.add(grad, nil)
		return ns.done()
	}
	form := func(f Form, in []string) string {
		return f.Node("Add", []string{f.Node("Mul", in[:2]), in[2]})
	}
	return newDenseOp("cross", x0.Shape().Clone(), 3, forward, diff).as(form).apply(x0, u, x)
}

// CrossLayer returns a cross layer of the features x0 (batch, width) and its input x of the same shape,
//
//	x0 * (W x + b) + x
//
// or, with a rank above 0, x0 * (U V x + b) + x, where U and V have the rank.
//
// Weights: name/weight (width, width), or name/v/weight (width, rank) and name/weight (rank, width); name/bias (1, width).
//
// Reference: Wang et al., DCN V2, WWW 2021, equations 1 and 2.
func (b *Builder) CrossLayer(name string, x0, x *gorgonia.Node, rank int) *gorgonia.Node {
	m := mark{role: RoleInteraction, block: name}
	h := x
	if rank > 0 {
		h = b.Project(name+"/v", x, b.crossRank(name, x, rank))
	}
	if b.err != nil {
		return nil
	}
	u := b.linear(name, h, x.Shape()[1], false, m)
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Cross(x0, u, x))
}

// CrossExperts returns a cross layer that mixes low-rank experts,
//
//	x0 * (sum_k G_k(x) U_k g(C_k g(V_k x)) + b) + x,  g = tanh,  G = softmax(gates x)
//
// where gates is the weight of CrossGates. The gates add up to 1, so that the bias, which the
// paper has in each expert, is added once.
//
// Weights: name/v/weight (width, experts*rank), name/c/weight (experts*rank, rank), name/weight (experts*rank, width),
// name/bias (1, width).
//
// Reference: Wang et al., DCN V2, WWW 2021, equations 3 to 5.
func (b *Builder) CrossExperts(name string, x0, x, gates *gorgonia.Node, rank int) *gorgonia.Node {
	rank = b.crossRank(name, x, rank)
	if b.err != nil {
		return nil
	}
	experts := gates.Shape()[1]
	m := mark{role: RoleInteraction, block: name}
	h := b.tanh(name, b.Project(name+"/v", x, experts*rank))
	c := b.weight(name+"/c/weight", experts*rank, rank, fanIn(rank), m)
	if b.err != nil {
		return nil
	}
	h = b.tanh(name, b.keep(name)(GroupedLinear(h, c, nil, experts)))
	scores := b.keep(name)(MatMul(x, gates))
	if b.err != nil {
		return nil
	}
	mixed := b.keep(name)(SoftmaxScale(h, scores))
	u := b.linear(name, mixed, x.Shape()[1], false, m)
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Cross(x0, u, x))
}

// CrossGates returns the weight name (width, experts), which scores the experts of CrossExperts for an x of that width. The layers
// of a network share it.
func (b *Builder) CrossGates(name string, x *gorgonia.Node, experts int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	width := x.Shape()[1]
	return b.weight(name, width, experts, fanIn(width), mark{role: RoleInteraction, block: name})
}

// crossRank returns the rank of a layer over x, or fails.
func (b *Builder) crossRank(name string, x *gorgonia.Node, rank int) int {
	if b.err == nil && (rank < 1 || rank > x.Shape()[1]) {
		b.fail(name, fmt.Errorf("cross_rank must be in [1, %d], the width of the embeddings, got %d", x.Shape()[1], rank))
	}
	return rank
}

func (b *Builder) tanh(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Tanh(x))
}
