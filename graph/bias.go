package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// AddBias returns x (batch, n) with bias (1, n) added to each row.
func AddBias(x, bias *gorgonia.Node) (*gorgonia.Node, error) {
	if x.Dims() != 2 || bias.Shape().TotalSize() != x.Shape()[1] {
		return nil, fmt.Errorf("graph: bias %v does not fit %v", bias.Shape(), x.Shape())
	}
	n := x.Shape()[1]
	forward := func(out []float32, in [][]float32) {
		copy(out, in[0])
		for row := out; len(row) > 0; row = row[n:] {
			kernel.Add(row[:n], in[1])
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dbias, err := columnSums(grad, rowsOf(in[0]), in[1].Shape())
		return gorgonia.Nodes{grad, dbias}, err
	}
	form := func(f Form, in []string) string { return f.Node("Add", []string{in[0], reshaped(f, in[1], n)}) }
	return newDenseOp("bias", x.Shape().Clone(), 2, forward, diff).as(form).apply(x, bias)
}

// Bias adds name/bias (1, n), which is zero at first, to each row of x (batch, n).
func (b *Builder) Bias(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	bias := b.weight(name+"/bias", 1, x.Shape()[1], Zeros(), mark{role: RoleBias, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(AddBias(x, bias))
}
