package graph

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// PReLU returns p*x + (1-p)*slope*x for x (rows, n), where p is 1 if x is positive, else 0. The slope (1, n) is learned.
//
// Reference: He et al., Delving Deep into Rectifiers, ICCV 2015.
func PReLU(x, slope *gorgonia.Node) (*gorgonia.Node, error) {
	step := func(p, x []float32) {
		for i, v := range x {
			p[i] = 0
			if v > 0 {
				p[i] = 1
			}
		}
	}
	form := func(f Form, in []string) string {
		return f.Node("PRelu", []string{in[0], reshaped(f, in[1], slope.Shape().TotalSize())})
	}
	return newSwitch("prelu", step, form, x, slope)
}

// Dice returns p*x + (1-p)*slope*x for x (rows, n), where p is the sigmoid of normal, which is x normalised by BatchNorm.
//
// Reference: Zhou et al., Deep Interest Network, KDD 2018, section 5.3.
func Dice(x, slope, normal *gorgonia.Node) (*gorgonia.Node, error) {
	form := func(f Form, in []string) string {
		p := f.Node("Sigmoid", in[2:])
		positive := f.Node("Mul", []string{p, in[0]})
		rest := f.Node("Mul", []string{reshaped(f, in[1], slope.Shape().TotalSize()), f.Node("Sub", []string{in[0], positive})})
		return f.Node("Add", []string{positive, rest})
	}
	return newSwitch("dice", kernel.Sigmoid, form, x, slope, normal)
}

// newSwitch returns p*x + (1-p)*slope*x, where switched computes p from the last input, which is x itself for PReLU.
func newSwitch(name string, switched func(p, of []float32), form OpForm, inputs ...*gorgonia.Node) (*gorgonia.Node, error) {
	x := inputs[0]
	if err := checkColumns(name, x, inputs[1]); err != nil {
		return nil, err
	}
	if len(inputs) == 3 && packingOf(inputs[2]) != packingOf(x) {
		return nil, fmt.Errorf("graph: %s: x is packed and what is computed from it is not, or the other way round", name)
	}
	s := &switcher{n: x.Shape()[1], p: make([]float32, x.Shape().TotalSize()), switched: switched}
	rows, size := rowsOf(x), x.Shape().TotalSize()
	forwardTile, backwardTile := s.forward, s.backward
	forward := func(out []float32, in [][]float32) {
		s.out, s.x, s.slope, s.of = out, in[0], in[1], in[len(in)-1]
		if len(in) == 2 {
			s.of = in[0]
		}
		kernel.Parallel(rows.n, rowsPerTile, forwardTile)
	}
	diff := func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		s.totals, s.dslope = newColumnTotals(rows.all(), s.n), make([]float32, s.n)
		if len(in) == 3 {
			s.dof = make([]float32, size)
		}
		// out is an input, so that the forward pass has computed p.
		backward := func(dx []float32, v [][]float32) {
			s.out, s.x, s.slope, s.grad = dx, v[0], v[1], v[2]
			kernel.Parallel(rows.n, rowsPerTile, backwardTile)
			s.totals.total(s.dslope, rows.n)
		}
		var ns nodes
		main := ns.add(newDenseOp(name+" gradient", x.Shape().Clone(), 4, backward, nil).over(rows).apply(in[0], in[1], grad, out))
		if ns.err == nil {
			ns.add(sideResult(name+" slope gradient", main, s.dslope, in[1].Shape()))
		}
		if ns.err == nil && len(in) == 3 {
			ns.add(sideResult(name+" normal gradient", main, s.dof, x.Shape()))
		}
		return ns.done()
	}
	return newDenseOp(name, x.Shape().Clone(), len(inputs), forward, diff).over(rows).as(form).apply(inputs...)
}

// switcher is the state of one operation.
type switcher struct {
	n                       int
	switched                func(p, of []float32)
	p                       []float32
	out, x, slope, of, grad []float32 // of this run
	totals                  *columnTotals
	dslope, dof             []float32 // the gradients of slope, and of what p is computed from, if that is not x
}

func (s *switcher) forward(from, to int) {
	s.switched(s.p[from*s.n:to*s.n], s.of[from*s.n:to*s.n])
	slope := s.slope[:s.n]
	for r := from; r < to; r++ {
		out, x, p := s.out[r*s.n:][:s.n], s.x[r*s.n:][:s.n], s.p[r*s.n:][:s.n]
		for i, a := range slope {
			out[i] = x[i] * (a + (1-a)*p[i])
		}
	}
}

func (s *switcher) backward(from, to int) {
	slope, dslope := s.slope[:s.n], s.totals.begin(from)
	for r := from; r < to; r++ {
		at := r * s.n
		dx, x, p, grad := s.out[at:][:s.n], s.x[at:][:s.n], s.p[at:][:s.n], s.grad[at:][:s.n]
		for i, a := range slope {
			dx[i] = grad[i] * (a + (1-a)*p[i])
			dslope[i] += grad[i] * x[i] * (1 - p[i])
		}
		if s.dof == nil {
			continue
		}
		for i, dof := 0, s.dof[at:][:s.n]; i < s.n; i++ {
			dof[i] = grad[i] * x[i] * (1 - slope[i]) * p[i] * (1 - p[i])
		}
	}
}

// PReLU returns PReLU of x (rows, n) with the slope name/slope (1, n), which is 0.25 at first, as in its paper.
func (b *Builder) PReLU(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	slope := b.weight(name+"/slope", 1, x.Shape()[1], Constant(0.25), mark{role: RoleGain, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(PReLU(x, slope))
}

// Dice returns Dice of x (rows, n) with the slope name/slope (1, n), which is 0 at first. It normalises over the real samples, or, if
// the rows of x are places of a list, over those that have an id; see BatchNorm.
func (b *Builder) Dice(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	slope := b.weight(name+"/slope", 1, x.Shape()[1], Zeros(), mark{role: RoleGain, block: name})
	normal := b.normalized(name, x, nil, nil)
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Dice(x, slope, normal))
}
