package graph

import (
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Attention lets each of a sample's queries gather the values of its keys: of m vectors query (batch, m*width) and n vectors
// key and value (batch, n*width) it makes (batch, m*width). Every vector is heads parts, and for each head
//
//	y_i = sum over j of a_ij value_j,  a_i = softmax over j of scale * query_i . key_j
//
// present (batch, n), if it is not nil, is 0 for the keys that are left out, as Builder.Present makes it; a sample without any
// key has zeros.
//
// Reference: Vaswani et al., Attention Is All You Need, NIPS 2017, section 3.2.
func Attention(query, key, value, present *gorgonia.Node, width, heads int, scale float64) (*gorgonia.Node, error) {
	if heads < 1 || width < 1 || width%heads != 0 {
		return nil, fmt.Errorf("graph: attention: vectors of %d values do not divide into %d heads", width, heads)
	}
	for _, x := range []*gorgonia.Node{query, key, value} {
		if x.Dims() != 2 || x.Shape()[0] != query.Shape()[0] || x.Shape()[1]%width != 0 || !value.Shape().Eq(key.Shape()) {
			return nil, fmt.Errorf("graph: attention: query %v, key %v and value %v are not vectors of %d values", query.Shape(), key.Shape(), value.Shape(), width)
		}
	}
	a := newAttention(query.Shape()[0], query.Shape()[1]/width, key.Shape()[1]/width, width, heads, scale)
	inputs := gorgonia.Nodes{query, key, value}
	if present != nil {
		if present.Shape().TotalSize() != a.batch*a.keys {
			return nil, fmt.Errorf("graph: attention: %d keys a sample, but present is %v", a.keys, present.Shape())
		}
		inputs = append(inputs, present)
	}
	o := newDenseOp("attention", query.Shape().Clone(), len(inputs), a.forward, a.diff).counting(a.flops(2)).as(a.form)
	if present != nil {
		o.gradOf[3] = false
	}
	return o.apply(inputs...)
}

// attention is the state of one operation.
type attention struct {
	batch, queries, keys, width, heads int
	scale                              float32

	weights                               []float32 // a (queries, keys) of each head of each sample
	scratch                               []float32 // of each tile: the transpose of the keys or values of a sample, and a gradient
	out, query, key, value, present, grad []float32 // of this run
	dkey, dvalue                          []float32
	forwardTile, backwardTile             func(from, to int)
}

func newAttention(batch, queries, keys, width, heads int, scale float64) *attention {
	a := &attention{batch: batch, queries: queries, keys: keys, width: width, heads: heads, scale: float32(scale)}
	a.weights = make([]float32, batch*heads*queries*keys)
	a.scratch = make([]float32, (batch+samplesPerTile-1)/samplesPerTile*a.scratchSize())
	a.forwardTile, a.backwardTile = a.forwardSamples, a.backwardSamples
	return a
}

// flops returns those of some products of queries with keys, for all heads.
func (a *attention) flops(products int) int {
	return 2 * products * a.batch * a.queries * a.keys * a.width
}

func (a *attention) scratchSize() int { return a.width*a.keys + a.queries*a.keys }

// scratchOf returns the scratch of a tile.
func (a *attention) scratchOf(from int) (transposed, gradient []float32) {
	at := from / samplesPerTile * a.scratchSize()
	s := a.scratch[at : at+a.scratchSize()]
	return s[:a.width*a.keys], s[a.width*a.keys:]
}

func (a *attention) forward(out []float32, in [][]float32) {
	a.out, a.query, a.key, a.value, a.present = out, in[0], in[1], in[2], nil
	if len(in) > 3 {
		a.present = in[3]
	}
	kernel.Parallel(a.batch, samplesPerTile, a.forwardTile)
}

// head returns the weights of a head of a sample.
func (a *attention) head(sample, head int) []float32 {
	size := a.queries * a.keys
	return a.weights[(sample*a.heads+head)*size:][:size]
}

func (a *attention) forwardSamples(from, to int) {
	transposed, _ := a.scratchOf(from)
	dim, width := a.width/a.heads, a.width
	for s := from; s < to; s++ {
		kernel.Transpose(transposed, a.key[s*a.keys*width:], a.keys, width)
		query, value, out := a.query[s*a.queries*width:], a.value[s*a.keys*width:], a.out[s*a.queries*width:]
		for h := range a.heads {
			weights, at := a.head(s, h), h*dim
			kernel.SmallGemm(a.queries, a.keys, dim, query[at:], width, 1, transposed[at*a.keys:], a.keys, weights, a.keys, false)
			a.softmax(weights, s)
			kernel.SmallGemm(a.queries, dim, a.keys, weights, a.keys, 1, value[at:], width, out[at:], width, false)
		}
	}
}

// softmax makes weights of the products of a sample.
func (a *attention) softmax(weights []float32, sample int) {
	var present []float32
	if a.present != nil {
		present = a.present[sample*a.keys:][:a.keys]
	}
	for at := 0; at < len(weights); at += a.keys {
		shift(weights[at:at+a.keys], present, a.scale)
	}
	kernel.Exp(weights, weights)
	for at := 0; at < len(weights); at += a.keys {
		divide(weights[at:at+a.keys], present)
	}
}

func (a *attention) diff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	a.dkey, a.dvalue = make([]float32, a.batch*a.keys*a.width), make([]float32, a.batch*a.keys*a.width)
	// out is an input, so that the forward pass has computed the weights.
	o := newDenseOp("attention gradient", in[0].Shape().Clone(), 5, a.backward, nil).counting(a.flops(4))
	var ns nodes
	main := ns.add(o.apply(in[0], in[1], in[2], grad, out))
	if ns.err == nil {
		ns.add(sideResult("attention key gradient", main, a.dkey, in[1].Shape()))
		ns.add(sideResult("attention value gradient", main, a.dvalue, in[2].Shape()))
	}
	if len(in) > 3 {
		ns.add(nil, nil)
	}
	return ns.done()
}

func (a *attention) backward(dquery []float32, in [][]float32) {
	a.out, a.query, a.key, a.value, a.grad = dquery, in[0], in[1], in[2], in[3]
	kernel.Parallel(a.batch, samplesPerTile, a.backwardTile)
}

func (a *attention) backwardSamples(from, to int) {
	transposed, ds := a.scratchOf(from)
	m, n, width, dim := a.queries, a.keys, a.width, a.width/a.heads
	for s := from; s < to; s++ {
		q, k := s*m*width, s*n*width
		kernel.Transpose(transposed, a.value[k:], n, width)
		for h := range a.heads {
			weights, at := a.head(s, h), h*dim
			kernel.SmallGemm(n, dim, m, weights, 1, n, a.grad[q+at:], width, a.dvalue[k+at:], width, false)
			kernel.SmallGemm(m, n, dim, a.grad[q+at:], width, 1, transposed[at*n:], n, ds, n, false)
			for i := 0; i < len(ds); i += n {
				softmaxGrad(ds[i:i+n], weights[i:i+n], a.scale)
			}
			kernel.SmallGemm(m, dim, n, ds, n, 1, a.key[k+at:], width, a.out[q+at:], width, false)
			kernel.SmallGemm(n, dim, m, ds, 1, n, a.query[q+at:], width, a.dkey[k+at:], width, false)
		}
	}
}

func (a *attention) form(f Form, in []string) string {
	split := func(x string, n int, order ...int) string {
		parts := reshaped(f, x, -1, n, a.heads, a.width/a.heads)
		return f.Node("Transpose", []string{parts}, FormAttribute{"perm", order})
	}
	query, key, value := split(in[0], a.queries, 0, 2, 1, 3), split(in[1], a.keys, 0, 2, 3, 1), split(in[2], a.keys, 0, 2, 1, 3)
	scores := f.Node("Mul", []string{f.Node("MatMul", []string{query, key}), f.Floats(a.scale)})
	var present string
	if len(in) > 3 {
		present = f.Node("Greater", []string{reshaped(f, in[3], -1, 1, 1, a.keys), f.Floats(0)})
		scores = f.Node("Where", []string{present, scores, f.Floats(-math.MaxFloat32)})
	}
	weights := f.Node("Softmax", []string{scores}, FormAttribute{"axis", -1})
	if present != "" { // of a sample without a key
		weights = f.Node("Where", []string{present, weights, f.Floats(0)})
	}
	joined := f.Node("Transpose", []string{f.Node("MatMul", []string{weights, value})}, FormAttribute{"perm", []int{0, 2, 1, 3}})
	return reshaped(f, joined, -1, a.queries*a.width)
}

// Attention returns Attention with products that are scaled by one over the root of the values of a head, or, without scaled, as
// they are. present is nil if all keys are there.
func (b *Builder) Attention(name string, query, key, value, present *gorgonia.Node, width, heads int, scaled bool) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	scale := 1.0
	if scaled && heads > 0 {
		scale = 1 / math.Sqrt(float64(width/heads))
	}
	return b.keep(name)(Attention(query, key, value, present, width, heads, scale))
}
