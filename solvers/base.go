package solvers

import "github.com/ctrzoo/ctrzoo/graph/kernel"

// A base is the rule that turns a gradient into a step, without decay. Its moments are kept by
// the caller, one value for each weight: m (not used by every base) and v.
type base interface {
	// usesMomentum says whether the base keeps m.
	usesMomentum() bool
	// begin prepares step k.
	begin(k int)
	// update is step k on weights w with gradient g; keep is 1-lambda.
	update(w, g, m, v []float32, keep float32)
}

// adamBase is Adam (lines 6 to 9 and 12 of Algorithm 1).
type adamBase struct {
	rate, eps                float64
	outside                  bool
	correction1, correction2 *biasCorrections
	step                     kernel.AdamStep
}

func newAdamBase(s settings) *adamBase {
	return &adamBase{
		rate: s.learnRate, eps: s.eps, outside: s.epsOutside,
		correction1: newBiasCorrections(s.beta1), correction2: newBiasCorrections(s.beta2),
		step: kernel.AdamStep{
			Beta1: float32(s.beta1), Beta2: float32(s.beta2),
			Eps: float32(s.eps), EpsOutside: s.epsOutside,
		},
	}
}

func (b *adamBase) usesMomentum() bool { return true }

func (b *adamBase) begin(k int) {
	b.correction1.grow(k)
	b.correction2.grow(k)
	b.step.Rate = float32(b.rate / b.correction1.values[k])
	b.step.VarianceScale = float32(1 / b.correction2.values[k])
}

func (b *adamBase) update(w, g, m, v []float32, keep float32) {
	step := b.step
	step.Keep = keep
	kernel.Adam(w, g, m, v, &step)
}

// adagradBase is Adagrad: v sums the squares of all gradients, and nothing moves without one.
type adagradBase struct{ step kernel.AdagradStep }

func newAdagradBase(s settings) *adagradBase {
	return &adagradBase{kernel.AdagradStep{Rate: float32(s.learnRate), Eps: float32(s.eps), EpsOutside: s.epsOutside}}
}

func (b *adagradBase) usesMomentum() bool { return false }
func (b *adagradBase) begin(int)          {}

func (b *adagradBase) update(w, g, _, v []float32, keep float32) {
	step := b.step
	step.Keep = keep
	kernel.Adagrad(w, g, v, &step)
}
