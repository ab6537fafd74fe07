package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// SoftmaxScale multiplies each of the vectors x (batch, n*dim) of a sample by its share of the scores (batch, n):
//
//	y_i = softmax(scores)_i x_i
//
// It mixes experts, once their sum is taken.
func SoftmaxScale(x, scores *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || scores.Dims() != 2 || x.Shape()[0] != scores.Shape()[0] || x.Shape()[1]%scores.Shape()[1] != 0 {
		return nil, fmt.Errorf("graph: softmax scale: x %v is not made of vectors for the scores %v", x.Shape(), scores.Shape())
	}
	batch, n := scores.Shape()[0], scores.Shape()[1]
	s := &softmaxScale{n: n, dim: x.Shape()[1] / n, shares: make([]float32, batch*n)}
	forwardTile, backwardTile := s.forward, s.backward
	forward := func(out []float32, in [][]float32) {
		s.out, s.x, s.scores = out, in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, forwardTile)
	}
	diff := func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		s.dscores = make([]float32, batch*n)
		// out is an input, so that the forward pass has computed the shares.
		backward := func(dx []float32, v [][]float32) {
			s.out, s.x, s.grad = dx, v[0], v[1]
			kernel.Parallel(batch, samplesPerTile, backwardTile)
		}
		var ns nodes
		main := ns.add(newDenseOp("softmax scale gradient", x.Shape().Clone(), 3, backward, nil).apply(in[0], grad, out))
		if ns.err == nil {
			ns.add(sideResult("softmax scale scores gradient", main, s.dscores, in[1].Shape()))
		}
		return ns.done()
	}
	form := func(f Form, in []string) string {
		shares := reshaped(f, f.Node("Softmax", in[1:], FormAttribute{"axis", -1}), -1, n, 1)
		return reshaped(f, f.Node("Mul", []string{reshaped(f, in[0], -1, n, s.dim), shares}), -1, n*s.dim)
	}
	return newDenseOp("softmax scale", x.Shape().Clone(), 2, forward, diff).as(form).apply(x, scores)
}

// softmaxScale is the state of one operation.
type softmaxScale struct {
	n, dim               int
	out, x, scores, grad []float32 // of this run
	shares, dscores      []float32
}

func (s *softmaxScale) forward(from, to int) {
	shares := s.shares[from*s.n : to*s.n]
	for i := 0; i < len(shares); i += s.n {
		scores := s.scores[from*s.n+i:][:s.n]
		highest := scores[0]
		for _, v := range scores {
			highest = max(highest, v)
		}
		for k, v := range scores {
			shares[i+k] = v - highest
		}
	}
	kernel.Exp(shares, shares)
	for i := 0; i < len(shares); i += s.n {
		var sum float32
		for _, v := range shares[i : i+s.n] {
			sum += v
		}
		kernel.Scale(shares[i:i+s.n], 1/sum)
	}
	for i, share := range shares {
		at := (from*s.n + i) * s.dim
		copy(s.out[at:at+s.dim], s.x[at:])
		kernel.Scale(s.out[at:at+s.dim], share)
	}
}

func (s *softmaxScale) backward(from, to int) {
	for i := from * s.n; i < to*s.n; i++ {
		at := i * s.dim
		copy(s.out[at:at+s.dim], s.grad[at:])
		kernel.Scale(s.out[at:at+s.dim], s.shares[i])
		kernel.Dots(s.dscores[i:i+1], s.x[at:at+s.dim], s.dim, s.grad[at:at+s.dim])
	}
	for b := from; b < to; b++ {
		softmaxGrad(s.dscores[b*s.n:(b+1)*s.n], s.shares[b*s.n:(b+1)*s.n], 1)
	}
}
