package solvers

import "github.com/ctrzoo/ctrzoo/graph/kernel"

// L2 is Adam with coupled L2 regularization on embeddings, as FuxiCTR's embedding_regularizer and
// most CTR libraries have it: the loss has a term lambda/2 times the squared norm of all tables, so
// that every row, in the batch or not, gets the gradient g + lambda*theta at every step, and Adam
// divides it by its own size.
//
// Unlike a decay this has no closed form over a gap, because the moments depend on the weights.
// EveryStep is exact all the same: a row that is read takes the steps of its gap one after another. This
// costs as much arithmetic as a step on the whole table, though not its memory traffic, and ends early
// where nothing is left of a row.
type L2 struct{ solver }

func l2Entry() Entry {
	return Entry{
		Name:       "l2",
		Formula:    "Adam with the gradient g + l2*w on every row at every step",
		Reference:  "FuxiCTR, embedding_regularizer",
		Semantics:  EveryStep,
		Parameters: adamParameters(l2(1e-5)),
		New:        maker(NewL2),
	}
}

// NewL2 makes a solver; it takes the options of Adam and WithL2Reg.
func NewL2(options ...Option) (*L2, error) {
	s, err := l2Entry().configure(settings{name: "L2"}, options)
	if err != nil {
		return nil, err
	}
	solver := &L2{newSolver(s, &l2Base{newAdamBase(s), float32(s.l2)}, (*settings).none)}
	solver.transform = func(w, g []float32, _ int) { addScaled(g, w, float32(s.l2)) }
	return solver, nil
}

var _ Solver = (*L2)(nil)

// addScaled adds by times src to dst.
func addScaled(dst, src []float32, by float32) {
	for i, v := range src {
		dst[i] += by * v
	}
}

// l2Base is Adam for rows that have a gradient from the penalty when they have none from the data.
type l2Base struct {
	*adamBase
	l2 float32
}

func (b *l2Base) newLaw(_ decay, rates *stepRates) law { return &l2Law{base: b, rates: rates} }

// l2Law takes the steps of a gap one after another.
type l2Law struct {
	base  *l2Base
	rates *stepRates
	first int               // step of the first of steps
	steps []kernel.AdamRate // of steps up to the latest
}

// nothingLeft is the size of weights below which a row counts as zero for good.
const nothingLeft = 1e-30

func (l *l2Law) advance(k int) {
	l.base.grow(k)
	if len(l.steps) == 0 {
		l.first = l.rates.from + 1
	}
	for i := l.first + len(l.steps); i <= k; i++ {
		step := l.base.stepAt(i, l.rates.at(i))
		l.steps = append(l.steps, kernel.AdamRate{Rate: step.Rate, VarianceScale: step.VarianceScale})
	}
}

func (l *l2Law) forget() { l.steps = nil }

// settle takes the steps from u to k. The row's own rate is 1: only FAL has others.
func (l *l2Law) settle(row, u, _, k int, _ float64, x *scratch) {
	w, m, v := x.row(row)
	penalty, step := kernel.Penalty{L2: l.base.l2, Nothing: nothingLeft}, l.base.step
	step.Keep = 1
	if cap(x.grad) < len(w) {
		x.grad = make([]float32, len(w))
	}
	taken := penalty.Steps(w, x.grad[:len(w)], m, v, l.steps[u+1-l.first:k+1-l.first], &step)
	if left := k - u - taken; left > 0 {
		clear(w)
		clear(m)
		kernel.Scale(v, float32(l.base.correction2.power[left]))
	}
}
