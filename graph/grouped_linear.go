package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// GroupedLinear multiplies each group of columns of x by a weight of its own: x (batch, groups*in), weight (groups*in, units) and
// bias (1, groups*units), which may be nil, give (batch, groups*units),
//
//	y_g = x_g W_g + b_g
//
// It is a fully connected layer for each expert, head or token.
func GroupedLinear(x, weight, bias *gorgonia.Node, groups int) (*gorgonia.Node, error) {
	if x.Dims() != 2 || weight.Dims() != 2 || groups < 1 || x.Shape()[1] != weight.Shape()[0] || x.Shape()[1]%groups != 0 ||
		bias != nil && bias.Shape().TotalSize() != groups*weight.Shape()[1] {
		return nil, fmt.Errorf("graph: grouped linear: x %v and weight %v are not those of %d groups", x.Shape(), weight.Shape(), groups)
	}
	l := &groupedLinear{batch: x.Shape()[0], groups: groups, in: x.Shape()[1] / groups, units: weight.Shape()[1]}
	inputs := gorgonia.Nodes{x, weight}
	if bias != nil {
		inputs = append(inputs, bias)
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		var ns nodes
		ns.add(newProductOp("grouped linear dx", x.Shape().Clone(), 2, l.flops(), l.dx, nil).apply(grad, in[1]))
		ns.add(newProductOp("grouped linear dw", weight.Shape().Clone(), 2, l.flops(), l.dw, nil).apply(in[0], grad))
		if len(in) > 2 {
			ns.add(columnSums(grad, rowsOf(in[0]), in[2].Shape()))
		}
		return ns.done()
	}
	shape := tensor.Shape{l.batch, groups * l.units}
	return newProductOp("grouped linear", shape, len(inputs), l.flops(), l.forward, diff).as(l.form).apply(inputs...)
}

// groupedLinear is the shape of one operation.
type groupedLinear struct{ batch, groups, in, units int }

func (l *groupedLinear) flops() int { return 2 * l.batch * l.groups * l.in * l.units }

func (l *groupedLinear) forward(p Precision, out []float32, v [][]float32) {
	var bias []float32
	if len(v) > 2 {
		bias = v[2]
	}
	p.GroupedGemm(l.groups, l.batch, l.units, l.in, l.inputs(v[0]), l.weights(v[1]), l.outputs(out), bias)
}

func (l *groupedLinear) dx(p Precision, out []float32, v [][]float32) {
	weights := l.weights(v[1])
	weights.Transposed = true
	p.GroupedGemm(l.groups, l.batch, l.in, l.units, l.outputs(v[0]), weights, l.inputs(out), nil)
}

func (l *groupedLinear) dw(p Precision, out []float32, v [][]float32) {
	x := l.inputs(v[0])
	x.Transposed = true
	p.GroupedGemm(l.groups, l.in, l.units, l.batch, x, l.outputs(v[1]), l.weights(out), nil)
}

func (l *groupedLinear) inputs(x []float32) kernel.Group {
	return kernel.Group{Data: x, Stride: l.groups * l.in, Step: l.in}
}

func (l *groupedLinear) weights(w []float32) kernel.Group {
	return kernel.Group{Data: w, Stride: l.units, Step: l.in * l.units}
}

func (l *groupedLinear) outputs(y []float32) kernel.Group {
	return kernel.Group{Data: y, Stride: l.groups * l.units, Step: l.units}
}

// form multiplies (samples, groups, 1, in) by (groups, in, units).
func (l *groupedLinear) form(f Form, in []string) string {
	x, weight := reshaped(f, in[0], -1, l.groups, 1, l.in), reshaped(f, in[1], l.groups, l.in, l.units)
	y := reshaped(f, f.Node("MatMul", []string{x, weight}), -1, l.groups*l.units)
	if len(in) > 2 {
		y = f.Node("Add", []string{y, reshaped(f, in[2], l.groups*l.units)})
	}
	return y
}

// GroupedLinear returns a fully connected layer of units outputs for each group of the columns of x, with weights
// name/weight (columns of x, units) and name/bias (1, groups*units).
func (b *Builder) GroupedLinear(name string, x *gorgonia.Node, groups, units int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	in := x.Shape()[1] / max(1, groups)
	weight := b.weight(name+"/weight", x.Shape()[1], units, fanIn(in), mark{role: RoleDense, block: name})
	bias := b.weight(name+"/bias", 1, groups*units, fanIn(in), mark{role: RoleBias, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(GroupedLinear(x, weight, bias, groups))
}
