package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MixTokens splits each of the tokens of x (batch, tokens*dim) into heads and joins the heads of one number: of T tokens of H heads it
// makes H tokens of T heads. As many heads as tokens keep the shape.
//
// Reference: Zhu et al., RankMixer, CIKM 2025, section 3.3.1.
func MixTokens(x *gorgonia.Node, tokens, heads int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || tokens < 1 || heads < 1 || x.Shape()[1]%(tokens*heads) != 0 {
		return nil, fmt.Errorf("graph: mix tokens: %v is not made of %d tokens of %d heads", x.Shape(), tokens, heads)
	}
	batch, n := x.Shape()[0], x.Shape()[1]/(tokens*heads)
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("mix tokens gradient", x.Shape().Clone(), 1, mixer(batch, heads, tokens, n), nil).apply(grad)
		return gorgonia.Nodes{dx}, err
	}
	form := func(f Form, in []string) string {
		parts := reshaped(f, in[0], -1, tokens, heads, n)
		mixed := f.Node("Transpose", []string{parts}, FormAttribute{"perm", []int{0, 2, 1, 3}})
		return reshaped(f, mixed, -1, x.Shape()[1])
	}
	return newDenseOp("mix tokens", x.Shape().Clone(), 1, mixer(batch, tokens, heads, n), diff).as(form).apply(x)
}

// mixer exchanges two dimensions of (batch, rows, columns, n).
func mixer(batch, rows, columns, n int) compute {
	return func(out []float32, in [][]float32) {
		for s := range batch {
			at := s * rows * columns * n
			for r := range rows {
				copyColumns(out[at+r*n:], rows*n, in[0][at+r*columns*n:], n, n, columns)
			}
		}
	}
}

// MixTokens returns MixTokens of x with as many heads as tokens.
func (b *Builder) MixTokens(name string, x *gorgonia.Node, tokens int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(MixTokens(x, tokens, tokens))
}

// MeanVector returns the mean of the vectors of each sample: x (batch, n*dim) gives (batch, dim).
func (b *Builder) MeanVector(name string, x *gorgonia.Node, dim int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	n := x.Shape()[1] / dim
	shares := make([]float32, n)
	fill(shares, 1/float32(n))
	constant := gorgonia.NewMatrix(b.graph, tensor.Float32, gorgonia.WithShape(n, 1), gorgonia.WithName(name+"/shares"),
		gorgonia.WithValue(tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(shares))))
	return b.keep(name)(Compress(x, constant, dim))
}
