package graph

import (
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// comparison is the state of an operation of Compare, which packs the places that have an id.
type comparison struct {
	total, target, first, places, dim int
	pack                              *packing
	out, e, grad                      []float32
}

// apply takes the vectors e (batch, total*dim), and 1 or 0 for each place, (batch, places).
func (c *comparison) apply(e, present *gorgonia.Node) (*gorgonia.Node, error) {
	batch := e.Shape()[0]
	c.pack = newPacking(present)
	forwardTile, backwardTile := c.forward, c.backward
	forward := func(out []float32, in [][]float32) {
		c.out, c.e = out, in[0]
		c.pack.find(in[1])
		kernel.Parallel(batch, samplesPerTile, forwardTile)
	}
	backward := func(out []float32, in [][]float32) {
		c.out, c.e, c.grad = out, in[0], in[1]
		kernel.Parallel(batch, samplesPerTile, backwardTile)
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		de, err := newDenseOp("compare gradient", e.Shape().Clone(), 2, backward, nil).apply(in[0], grad)
		return gorgonia.Nodes{de, nil}, err
	}
	o := newDenseOp("compare", tensor.Shape{batch * c.places, 4 * c.dim}, 2, forward, diff).over(c.pack)
	o.gradOf[1] = false
	return o.as(c.form).apply(e, present)
}

// of returns a vector of a sample.
func (c *comparison) of(x []float32, sample, vector int) []float32 {
	return x[(sample*c.total+vector)*c.dim:][:c.dim]
}

// vector returns that of a place, among those of all samples.
func (c *comparison) vector(x []float32, place int32) []float32 {
	sample, at := int(place)/c.places, int(place)%c.places
	return c.of(x, sample, c.first+at)
}

func (c *comparison) forward(from, to int) {
	dim := c.dim
	for s := from; s < to; s++ {
		t := c.of(c.e, s, c.target)
		places, row := c.pack.of(s)
		for i, place := range places {
			v, out := c.vector(c.e, place), c.out[(row+i)*4*dim:][:4*dim]
			copy(out, t)
			copy(out[dim:], v)
			difference := out[2*dim : 3*dim]
			copy(difference, t)
			kernel.Axpy(difference, v, -1)
			kernel.Mul(out[3*dim:], t, v)
		}
	}
}

func (c *comparison) backward(from, to int) {
	dim := c.dim
	for s := from; s < to; s++ {
		clear(c.out[s*c.total*dim : (s+1)*c.total*dim])
		t, dt := c.of(c.e, s, c.target), c.of(c.out, s, c.target)
		places, row := c.pack.of(s)
		for i, place := range places {
			v, dv, grad := c.vector(c.e, place), c.vector(c.out, place), c.grad[(row+i)*4*dim:][:4*dim]
			kernel.Add(dt, grad[:dim])
			kernel.Add(dt, grad[2*dim:3*dim])
			kernel.MulAdd(dt, grad[3*dim:], v)
			copy(dv, grad[dim:2*dim])
			kernel.Axpy(dv, grad[2*dim:3*dim], -1)
			kernel.MulAdd(dv, grad[3*dim:], t)
		}
	}
}

func (c *comparison) form(f Form, in []string) string {
	e := reshaped(f, in[0], -1, c.total, c.dim)
	v := columnsForm(f, e, c.first, c.first+c.places)
	t := f.Node("Add", []string{columnsForm(f, e, c.target, c.target+1), f.Node("Mul", []string{v, f.Floats(0)})})
	all := []string{t, v, f.Node("Sub", []string{t, v}), f.Node("Mul", []string{t, v})}
	return reshaped(f, f.Node("Concat", all, FormAttribute{"axis", 2}), -1, 4*c.dim)
}
