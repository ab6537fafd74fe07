package parallel

import (
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Solver takes the steps of a solver with the gradients of all ranks of a job: it brings them together before
// the solver inside steps, so that every rank takes the same step. Weights that were equal on all ranks
// stay equal, bit for bit.
//
// The gradients of dense weights are summed over the ranks. Every rank gets the rows of a table that any
// rank touched, summed in the order of the ranks. A solver that settles rows late settles those rows, and
// no others, before it changes them; each rank has settled the same rows at the same steps, though it
// reads only those of its own samples.
//
// If a table is spread over the ranks (see graph.Shard and Spread), each rank gets the gradients of the rows
// that it holds, and steps those. They are summed in the same way, and the sums are the same to the bit.
//
// Every rank must step the same weights in the same order. In a job of one rank it is the solver inside.
type Solver struct {
	solvers.Solver
	ranks  *ranks.Group
	passes *passes // nil if the solver inside takes one
	weight float32
	dense  []float32 // the gradients of all dense weights, one after another
	tables map[*graph.Table]rowSummer
	model  []gorgonia.ValueGrad // what the solver inside gets
	pairs  []averaged
	spent  time.Duration
}

// averaged is a weight with the gradient over all ranks.
type averaged struct {
	value, grad gorgonia.Value
}

func (a *averaged) Value() gorgonia.Value         { return a.value }
func (a *averaged) Grad() (gorgonia.Value, error) { return a.grad, nil }

// New wraps a solver, also one of two passes. Each rank wraps a solver of its own, made with the same
// options.
func New(solver solvers.Solver, comm ranks.Comm) (*Solver, error) {
	if solver == nil || comm == nil {
		return nil, fmt.Errorf("%w: parallel.New needs a solver and a Comm", solvers.ErrOption)
	}
	p := &Solver{
		Solver: solver, ranks: ranks.NewGroup(comm), weight: 1 / float32(comm.Size()),
		tables: map[*graph.Table]rowSummer{},
	}
	if two, is := solvers.As[solvers.TwoPass](solver); is {
		p.passes = &passes{solver, two, p}
	}
	return p, nil
}

// Unwrap implements solvers.Wrapper.
func (p *Solver) Unwrap() solvers.Solver {
	if p.passes != nil {
		return p.passes
	}
	return p.Solver
}

// SetWeight sets the weight of this rank's gradients in the passes that follow: the real samples of its
// share of the batch divided by those of the whole batch. It makes the mean over a rank's samples a part
// of the mean over all. The weights of all ranks add up to 1; at first they are equal.
func (p *Solver) SetWeight(weight float64) { p.weight = float32(weight) }

// Exchanged returns the time that bringing gradients together took so far, with the time of waiting for
// other ranks.
func (p *Solver) Exchanged() time.Duration { return p.spent }

// Step brings the gradients of all ranks together and takes the step of the solver inside.
func (p *Solver) Step(model []gorgonia.ValueGrad) error {
	all, err := p.average(model)
	if err != nil {
		return err
	}
	return p.Solver.Step(all)
}

// passes is a link between Solver and a solver of two passes, which brings the gradients of the first pass
// together.
type passes struct {
	solvers.Solver
	two      solvers.TwoPass
	parallel *Solver
}

// Unwrap implements solvers.Wrapper.
func (p *passes) Unwrap() solvers.Solver { return p.Solver }

// Perturb implements solvers.TwoPass.
func (p *passes) Perturb(model []gorgonia.ValueGrad) error {
	all, err := p.parallel.average(model)
	if err != nil {
		return err
	}
	return p.two.Perturb(all)
}

// Undo implements solvers.TwoPass.
func (p *passes) Undo() { p.two.Undo() }

// average returns the model with its gradients over all ranks. The sums of dense gradients replace the
// rank's own.
func (p *Solver) average(model []gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
	if p.ranks.Size() == 1 {
		return model, nil
	}
	start := time.Now()
	defer func() { p.spent += time.Since(start) }()
	if err := p.collect(model); err != nil {
		return nil, err
	}
	for i := range p.pairs {
		if g, isRows := p.pairs[i].grad.(*graph.RowGrad); isRows {
			sum, err := p.exchangeOf(p.pairs[i].value.(*graph.Table)).sum(g, p.weight)
			if err != nil {
				return nil, fmt.Errorf("parallel: exchange of rows: %w", err)
			}
			p.pairs[i].grad = sum
		}
	}
	if err := p.ranks.Sum(p.dense); err != nil {
		return nil, fmt.Errorf("parallel: exchange of gradients: %w", err)
	}
	p.giveBack()
	return p.model, nil
}

// collect checks the model and copies the dense gradients, times their weight.
func (p *Solver) collect(model []gorgonia.ValueGrad) error {
	if len(p.pairs) != len(model) {
		p.pairs, p.model = make([]averaged, len(model)), make([]gorgonia.ValueGrad, len(model))
		for i := range p.pairs {
			p.model[i] = &p.pairs[i]
		}
	}
	p.dense = p.dense[:0]
	for i, n := range model {
		grad, err := n.Grad()
		var g []float32
		if t, isTable := n.Value().(*graph.Table); isTable && err == nil {
			_, err = solvers.RowGradient(t, grad, t.TotalRows())
		} else if err == nil {
			g, err = solvers.Gradient(n)
		}
		if err != nil {
			return fmt.Errorf("parallel: weight %d: %w", i, err)
		}
		p.pairs[i] = averaged{n.Value(), grad}
		p.dense = append(p.dense, g...)
	}
	kernel.Scale(p.dense, p.weight)
	return nil
}

// giveBack copies the sums to the dense gradients.
func (p *Solver) giveBack() {
	rest := p.dense
	for i := range p.pairs {
		if g, isDense := p.pairs[i].grad.(*tensor.Dense); isDense {
			rest = rest[copy(g.Float32s(), rest):]
		}
	}
}

// rowSummer sums the gradients of one table over the ranks.
type rowSummer interface {
	sum(g *graph.RowGrad, weight float32) (*graph.RowGrad, error)
}

// exchangeOf returns what sums the gradients of a table.
func (p *Solver) exchangeOf(t *graph.Table) rowSummer {
	if p.tables[t] == nil {
		p.tables[t] = newRowExchange(p.ranks, t.Dim(), solvers.NeedsCounts(p.Solver))
	}
	return p.tables[t]
}

var (
	_ solvers.Wrapper = (*Solver)(nil)
	_ solvers.Wrapper = (*passes)(nil)
	_ solvers.TwoPass = (*passes)(nil)
)
