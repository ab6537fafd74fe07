package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
)

// packing says which rows of a matrix count in a run. Most places of a list have no id, so a matrix with a row for each place of
// each sample, as Compare makes it, is packed: the rows of the places that have an id come first, in the order of the samples, and
// the rows after them hold anything. An operation over such a matrix takes the packing of its input.
type packing struct {
	n       int            // rows that count, from the first on
	present *gorgonia.Node // 1 for each place that has an id, else 0: (batch, places); nil: all rows count
	places  []int32        // where the rows belong: places of a sample, those of all samples one after another
	first   []int32        // the first row of each sample; after the last sample, n
}

// newPacking returns the packing of the places of a list.
func newPacking(present *gorgonia.Node) *packing {
	batch, places := present.Shape()[0], present.Shape()[1]
	return &packing{present: present, places: make([]int32, batch*places), first: make([]int32, batch+1)}
}

// find packs the places, of the value of present.
func (p *packing) find(present []float32) {
	p.n = 0
	samples := len(p.first) - 1
	perSample := len(p.places) / samples
	for s := range samples {
		p.first[s] = int32(p.n)
		for place := s * perSample; place < (s+1)*perSample; place++ {
			if present[place] != 0 {
				p.places[p.n] = int32(place)
				p.n++
			}
		}
	}
	p.first[samples] = int32(p.n)
}

// all returns the number of rows, of those that do not count, too.
func (p *packing) all() int { return max(p.n, len(p.places)) }

// of returns the places of a sample's rows, and the first of these rows.
func (p *packing) of(sample int) (places []int32, row int) {
	from, to := p.first[sample], p.first[sample+1]
	return p.places[from:to], int(from)
}

// packingOf returns the packing of the rows of x; nil if x is not packed.
func packingOf(x *gorgonia.Node) *packing {
	if o, isOurs := x.Op().(*op); isOurs && o.rows != nil && o.rows.present != nil {
		return o.rows
	}
	return nil
}

// rowsOf returns the rows of x: those of its packing, or all.
func rowsOf(x *gorgonia.Node) *packing {
	if p := packingOf(x); p != nil {
		return p
	}
	return &packing{n: x.Shape()[0]}
}

// over says that the operation takes these rows of its input, and that its output has them.
func (o *op) over(rows *packing) *op {
	o.rows = rows
	return o
}

// checkPacking returns an error if an input is packed and the operation would take other rows of it.
func (o *op) checkPacking(inputs gorgonia.Nodes) error {
	if o.unpacks || o.symDiff == nil && !o.foreign { // a gradient has the packing of its operation
		return nil
	}
	for _, x := range inputs {
		if p := packingOf(x); p != nil && p != o.rows {
			return fmt.Errorf("graph: %s does not take the packed places of a list: unpack them first", o.name)
		}
	}
	return nil
}

// unpack returns x (batch*places, 1), which is packed, at the places of its rows: (batch, places), with zeros at the others.
func unpack(x *gorgonia.Node) (*gorgonia.Node, error) {
	p := packingOf(x)
	if p == nil || x.Shape()[1] != 1 {
		return nil, errors.New("graph: unpack: its input is no column of packed places")
	}
	forward := func(out []float32, in [][]float32) {
		clear(out)
		for row, place := range p.places[:p.n] {
			out[place] = in[0][row]
		}
	}
	backward := func(dx []float32, in [][]float32) {
		for row, place := range p.places[:p.n] {
			dx[row] = in[0][place]
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("unpack gradient", x.Shape().Clone(), 1, backward, nil).over(p).apply(grad)
		return gorgonia.Nodes{dx, nil}, err
	}
	form := func(f Form, in []string) string {
		return f.Node("Mul", []string{reshaped(f, in[0], -1, p.present.Shape()[1]), in[1]})
	}
	o := newDenseOp("unpack", p.present.Shape().Clone(), 2, forward, diff).as(form)
	o.gradOf[1], o.unpacks = false, true
	return o.apply(x, p.present)
}
