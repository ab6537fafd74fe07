package graph

import (
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Softmax returns the softmax of each row of scores: of those places where present is not 0, the others have weight 0. Scores and
// present are both (batch, n), or (batch*n, 1) and (batch, n).
func Softmax(scores, present *gorgonia.Node) (*gorgonia.Node, error) {
	if present.Dims() != 2 || scores.Shape().TotalSize() != present.Shape().TotalSize() {
		return nil, fmt.Errorf("graph: softmax: scores %v and present %v do not fit", scores.Shape(), present.Shape())
	}
	n, shape := present.Shape()[1], scores.Shape()
	forward := func(out []float32, in [][]float32) {
		copy(out, in[0])
		for at := 0; at < len(out); at += n {
			shift(out[at:at+n], in[1][at:at+n], 1)
			kernel.Exp(out[at:at+n], out[at:at+n])
			divide(out[at:at+n], in[1][at:at+n])
		}
	}
	backward := func(dx []float32, in [][]float32) {
		copy(dx, in[1])
		for at := 0; at < len(dx); at += n {
			softmaxGrad(dx[at:at+n], in[0][at:at+n], 1)
		}
	}
	diff := func(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("softmax gradient", shape.Clone(), 2, backward, nil).apply(out, grad)
		return gorgonia.Nodes{dx, nil}, err
	}
	form := func(f Form, in []string) string {
		is := f.Node("Greater", []string{in[1], f.Floats(0)})
		kept := f.Node("Where", []string{is, reshaped(f, in[0], -1, n), f.Floats(-math.MaxFloat32)})
		weights := f.Node("Where", []string{is, f.Node("Softmax", []string{kept}, FormAttribute{"axis", -1}), f.Floats(0)})
		return reshaped(f, weights, -1, shape[1])
	}
	o := newDenseOp("softmax", shape.Clone(), 2, forward, diff).as(form)
	o.gradOf[1] = false
	return o.apply(scores, present)
}

// Softmax returns Softmax of scores.
func (b *Builder) Softmax(name string, scores, present *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Softmax(scores, present))
}

// shift multiplies by scale and subtracts the largest, of those that are present.
func shift(row, present []float32, scale float32) {
	most := float32(math.Inf(-1))
	for j, v := range row {
		if v *= scale; present == nil || present[j] != 0 {
			most = max(most, v)
		}
		row[j] = v
	}
	for j := range row {
		row[j] -= most
	}
}

// divide divides by the sum, of those that are present, and sets the others to zero.
func divide(row, present []float32) {
	var sum float32
	for j, v := range row {
		if present != nil && present[j] == 0 {
			row[j], v = 0, 0
		}
		sum += v
	}
	if sum != 0 {
		kernel.Scale(row, 1/sum)
	}
}

// softmaxGrad turns the gradient of weights into that of the products: a * (grad - grad . a) * scale.
func softmaxGrad(grad, a []float32, scale float32) {
	a = a[:len(grad)]
	var dot float32
	for j, v := range grad {
		dot += v * a[j]
	}
	for j, v := range grad {
		grad[j] = scale * a[j] * (v - dot)
	}
}
