package graph

import (
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// weightedSums is the state of an operation that replaces the vectors of some lists by weighted sums of them, and passes all
// other vectors on.
type weightedSums struct {
	total, dim int
	lists      []span
	batch      int

	out, e, grad []float32
	weights      [][]float32
	dweights     [][]float32
}

// span is a run of vectors of a sample.
type span struct{ first, n int }

func (w *weightedSums) apply(e *gorgonia.Node, weights gorgonia.Nodes) (*gorgonia.Node, error) {
	w.batch = e.Shape()[0]
	forwardTile := w.forward
	forward := func(out []float32, in [][]float32) {
		w.out, w.e, w.weights = out, in[0], in[1:]
		kernel.Parallel(w.batch, samplesPerTile, forwardTile)
	}
	inputs := append(gorgonia.Nodes{e}, weights...)
	return newDenseOp("weighted sums", tensor.Shape{w.batch, w.kept() * w.dim}, len(inputs), forward, w.diff).as(w.form).apply(inputs...)
}

// kept returns how many vectors a sample has afterwards.
func (w *weightedSums) kept() int {
	n := w.total + len(w.lists)
	for _, l := range w.lists {
		n -= l.n
	}
	return n
}

// spans yields the runs of a sample's vectors in their order: those of each list, and what lies between. list is -1 for these,
// and at is the first vector afterwards.
func (w *weightedSums) spans(yield func(s span, list, at int)) {
	next, at := 0, 0
	for range len(w.lists) {
		list := w.nearest(next)
		s := w.lists[list]
		if s.first > next {
			yield(span{next, s.first - next}, -1, at)
			at += s.first - next
		}
		yield(s, list, at)
		next, at = s.first+s.n, at+1
	}
	if next < w.total {
		yield(span{next, w.total - next}, -1, at)
	}
}

// nearest returns the first list from a vector on.
func (w *weightedSums) nearest(from int) int {
	best := -1
	for i, s := range w.lists {
		if s.first >= from && (best < 0 || s.first < w.lists[best].first) {
			best = i
		}
	}
	return best
}

func (w *weightedSums) forward(from, to int) {
	for s := from; s < to; s++ {
		e, out := w.e[s*w.total*w.dim:], w.out[s*w.kept()*w.dim:]
		w.spans(func(of span, list, at int) {
			dst := out[at*w.dim:]
			if list < 0 {
				copy(dst[:of.n*w.dim], e[of.first*w.dim:])
				return
			}
			weights := w.weights[list][s*of.n:][:of.n]
			kernel.SmallGemm(1, w.dim, of.n, weights, of.n, 1, e[of.first*w.dim:], w.dim, dst, w.dim, false)
		})
	}
}

func (w *weightedSums) diff(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	w.dweights = nil
	for _, n := range in[1:] {
		w.dweights = append(w.dweights, make([]float32, n.Shape().TotalSize()))
	}
	backwardTile := w.backward
	backward := func(out []float32, v [][]float32) {
		last := len(v) - 1
		w.out, w.e, w.weights, w.grad = out, v[0], v[1:last], v[last]
		kernel.Parallel(w.batch, samplesPerTile, backwardTile)
	}
	var ns nodes
	main := ns.add(newDenseOp("weighted sums gradient", in[0].Shape().Clone(), len(in)+1, backward, nil).apply(append(in[:len(in):len(in)], grad)...))
	for i := range w.dweights {
		if ns.err == nil {
			ns.add(sideResult("weights gradient", main, w.dweights[i], in[1+i].Shape()))
		}
	}
	return ns.done()
}

func (w *weightedSums) backward(from, to int) {
	for s := from; s < to; s++ {
		e, de, grad := w.e[s*w.total*w.dim:], w.out[s*w.total*w.dim:], w.grad[s*w.kept()*w.dim:]
		w.spans(func(of span, list, at int) {
			g, dst := grad[at*w.dim:], de[of.first*w.dim:]
			if list < 0 {
				copy(dst[:of.n*w.dim], g)
				return
			}
			g = g[:w.dim]
			weights := w.weights[list][s*of.n:][:of.n]
			kernel.Dots(w.dweights[list][s*of.n:][:of.n], e[of.first*w.dim:], w.dim, g)
			kernel.SmallGemm(of.n, w.dim, 1, weights, 1, 1, g, w.dim, dst, w.dim, false)
		})
	}
}

func (w *weightedSums) form(f Form, in []string) string {
	e := reshaped(f, in[0], -1, w.total, w.dim)
	var parts []string
	w.spans(func(of span, list, _ int) {
		part := columnsForm(f, e, of.first, of.first+of.n)
		if list >= 0 {
			part = f.Node("MatMul", []string{reshaped(f, in[1+list], -1, 1, of.n), part})
		}
		parts = append(parts, part)
	})
	return reshaped(f, f.Node("Concat", parts, FormAttribute{"axis", 1}), -1, w.kept()*w.dim)
}
