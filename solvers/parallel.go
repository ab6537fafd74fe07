package solvers

import (
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Parallel is data-parallel training: every rank of a job has all weights and works out the gradients of
// its share of each batch; before the wrapped solver steps, the gradients of all ranks are brought
// together, so that every rank takes the same step. Weights that were equal on all ranks stay equal, bit
// for bit.
//
// The gradients of dense weights are summed over the ranks. Of tables each rank gets the rows that any
// rank touched, summed in the order of the ranks. A solver that settles rows late settles those rows, and
// no others, before it changes them; each rank has settled the same rows at the same steps, though it
// reads only those of its own samples.
//
// Of a table that is spread over the ranks (see graph.Shard and Spread) each rank gets the gradients of the rows
// that it holds, and steps those; they are summed in the same way, and come out the same to the bit.
//
// Every rank must step the same weights in the same order. A job of one rank is the wrapped solver.
type Parallel struct {
	Solver
	ranks  *Ranks
	weight float32
	dense  []float32 // the gradients of all dense weights, one after another
	tables map[*graph.Table]rowSummer
	model  []gorgonia.ValueGrad // what the wrapped solver gets
	pairs  []averaged
	spent  time.Duration
}

// averaged is a weight with the gradient over all ranks.
type averaged struct {
	value, grad gorgonia.Value
}

func (a *averaged) Value() gorgonia.Value         { return a.value }
func (a *averaged) Grad() (gorgonia.Value, error) { return a.grad, nil }

// NewParallel wraps a solver, SAM and MEDA too. Each rank wraps one of its own, made with the same
// options.
func NewParallel(solver Solver, comm Comm) (*Parallel, error) {
	if solver == nil || comm == nil {
		return nil, fmt.Errorf("%w: NewParallel needs a solver and a Comm", ErrOption)
	}
	return &Parallel{
		Solver: solver, ranks: NewRanks(comm), weight: 1 / float32(comm.Size()),
		tables: map[*graph.Table]rowSummer{},
	}, nil
}

// SetWeight says what the gradients of the next pass count for: the real samples of this rank's share of
// the batch divided by those of the whole batch. The weights of all ranks add up to 1; at first each has
// an equal part. It makes the mean over a rank's samples a part of the mean over all.
func (p *Parallel) SetWeight(weight float64) { p.weight = float32(weight) }

// Exchanged is the time that was spent on bringing gradients together so far, with that of waiting for
// other ranks.
func (p *Parallel) Exchanged() time.Duration { return p.spent }

// Step brings the gradients of all ranks together and takes the step of the wrapped solver.
func (p *Parallel) Step(model []gorgonia.ValueGrad) error {
	all, err := p.average(model)
	if err != nil {
		return err
	}
	return p.Solver.Step(all)
}

// TwoPasses says whether the wrapped solver takes two passes over a batch, as SAM does.
func (p *Parallel) TwoPasses() bool {
	_, is := p.Solver.(*SAM)
	return is
}

// Perturb brings the gradients of all ranks together and calls Perturb of SAM, which must be the solver
// that is wrapped.
func (p *Parallel) Perturb(model []gorgonia.ValueGrad) error {
	sam, is := p.Solver.(*SAM)
	if !is {
		return fmt.Errorf("%w: Perturb: the wrapped solver is %v, not SAM", ErrOption, p.Solver)
	}
	all, err := p.average(model)
	if err != nil {
		return err
	}
	return sam.Perturb(all)
}

// Undo is that of SAM; around another solver it does nothing.
func (p *Parallel) Undo() {
	if sam, is := p.Solver.(*SAM); is {
		sam.Undo()
	}
}

// average returns the model with its gradients over all ranks. Those of dense weights replace the
// rank's own.
func (p *Parallel) average(model []gorgonia.ValueGrad) ([]gorgonia.ValueGrad, error) {
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
				return nil, fmt.Errorf("solvers: exchange of rows: %w", err)
			}
			p.pairs[i].grad = sum
		}
	}
	if err := p.ranks.Sum(p.dense); err != nil {
		return nil, fmt.Errorf("solvers: exchange of gradients: %w", err)
	}
	p.giveBack()
	return p.model, nil
}

// collect checks the model and copies the dense gradients, times their weight.
func (p *Parallel) collect(model []gorgonia.ValueGrad) error {
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
			_, err = rowGradientOf(t, grad, t.TotalRows())
		} else if err == nil {
			g, err = gradientOf(n)
		}
		if err != nil {
			return fmt.Errorf("solvers: weight %d: %w", i, err)
		}
		p.pairs[i] = averaged{n.Value(), grad}
		p.dense = append(p.dense, g...)
	}
	kernel.Scale(p.dense, p.weight)
	return nil
}

// giveBack copies the sums to the dense gradients.
func (p *Parallel) giveBack() {
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

func (p *Parallel) exchangeOf(t *graph.Table) rowSummer {
	if p.tables[t] == nil {
		p.tables[t] = newRowExchange(p.ranks, t.Dim(), countsRows(p.Solver))
	}
	return p.tables[t]
}

var _ Solver = (*Parallel)(nil)
