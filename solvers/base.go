package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// A base is the rule that turns a gradient into a step, without decay. The caller keeps its moments:
// m (which not every base uses) has as many values as the weights, v as many or one.
type base interface {
	// usesMomentum reports whether the base keeps m.
	usesMomentum() bool
	// width returns the number of values of v for a row of dim weights.
	width(dim int) int
	// begin prepares step k of a weight at a learning rate.
	begin(k int, rate float64)
	// update takes that step on weights w with gradient g. It multiplies what was there by keep.
	update(w, g, m, v []float32, keep float32)
	// updateRows takes that step on rows of a table with gradients g, one after another. It multiplies
	// what was there by the row's keep, and the learning rate by the row's rate, which it overwrites.
	updateRows(t *kernel.Table, rows []int32, g, keeps, rates []float32)
	// newLaw returns how rows move without a gradient.
	newLaw(d decay, rates *stepRates) law
}

// adamBase is Adam (lines 6 to 9 and 12 of Algorithm 1).
type adamBase struct {
	beta1, beta2             float64
	correction1, correction2 *powers
	step                     kernel.AdamStep
}

// newAdamBase rounds the betas to float32, as the kernels have them, so that the bias corrections are those
// of the same betas: for beta2 = 0.999 rounding changes 1-beta2 by 1e-5 of itself, and v with it.
func newAdamBase(s settings) *adamBase {
	beta1, beta2 := float32(s.beta1), float32(s.beta2)
	return &adamBase{
		beta1: float64(beta1), beta2: float64(beta2),
		correction1: newPowers(float64(beta1)), correction2: newPowers(float64(beta2)),
		step: kernel.AdamStep{
			Beta1: beta1, Beta2: beta2,
			Eps: float32(s.eps), EpsOutside: s.epsOutside,
		},
	}
}

func (b *adamBase) usesMomentum() bool { return true }
func (b *adamBase) width(dim int) int  { return dim }

// grow prepares the bias corrections of steps up to k.
func (b *adamBase) grow(k int) {
	b.correction1.grow(k)
	b.correction2.grow(k)
}

func (b *adamBase) begin(k int, rate float64) {
	b.grow(k)
	b.step = b.stepAt(k, rate)
}

// stepAt returns step k without decay.
func (b *adamBase) stepAt(k int, rate float64) kernel.AdamStep {
	step := b.step
	step.Keep = 1
	step.Rate = float32(rate / b.correction1.complement[k])
	step.VarianceScale = float32(1 / b.correction2.complement[k])
	return step
}

func (b *adamBase) update(w, g, m, v []float32, keep float32) {
	step := b.step
	step.Keep = keep
	kernel.Adam(w, g, m, v, &step)
}

func (b *adamBase) updateRows(t *kernel.Table, rows []int32, g, keeps, rates []float32) {
	kernel.Scale(rates, b.step.Rate)
	t.Adam(rows, g, keeps, rates, &b.step)
}

func (b *adamBase) newLaw(d decay, rates *stepRates) law { return newAdamLaw(b, d, rates) }

// adagradBase is Adagrad: v sums the squares of all gradients, and nothing moves without one.
type adagradBase struct{ step kernel.AdagradStep }

func newAdagradBase(s settings) *adagradBase {
	return &adagradBase{kernel.AdagradStep{Eps: float32(s.eps), EpsOutside: s.epsOutside}}
}

func (b *adagradBase) usesMomentum() bool        { return false }
func (b *adagradBase) width(dim int) int         { return dim }
func (b *adagradBase) begin(_ int, rate float64) { b.step.Rate = float32(rate) }

func (b *adagradBase) update(w, g, _, v []float32, keep float32) {
	step := b.step
	step.Keep = keep
	kernel.Adagrad(w, g, v, &step)
}

func (b *adagradBase) updateRows(t *kernel.Table, rows []int32, g, keeps, rates []float32) {
	kernel.Scale(rates, b.step.Rate)
	t.Adagrad(rows, g, keeps, rates, &b.step)
}

func (b *adagradBase) newLaw(d decay, _ *stepRates) law { return &shrinkLaw{newSurvival(d)} }

// rmspropBase is RMSprop with one v for each row: the moving average of its mean squared gradient.
// A weight that is not a table has a v for each element.
type rmspropBase struct{ beta, rate, eps float32 }

func newRMSpropBase(s settings) *rmspropBase {
	return &rmspropBase{beta: float32(s.beta2), eps: float32(s.eps)}
}

func (b *rmspropBase) usesMomentum() bool        { return false }
func (b *rmspropBase) width(int) int             { return 1 }
func (b *rmspropBase) begin(_ int, rate float64) { b.rate = float32(rate) }

func (b *rmspropBase) update(w, g, _, v []float32, keep float32) {
	n := len(w) / len(v)
	for i := range v {
		b.updateRow(w[i*n:(i+1)*n], g[i*n:(i+1)*n], &v[i], keep, 1)
	}
}

func (b *rmspropBase) updateRows(t *kernel.Table, rows []int32, g, keeps, rates []float32) {
	n := t.Dim
	for i, r := range rows {
		b.updateRow(t.W[int(r)*n:int(r+1)*n], g[i*n:(i+1)*n], &t.V[r], keeps[i], rates[i])
	}
}

// updateRow takes a step on weights that share one v.
func (b *rmspropBase) updateRow(w, g []float32, v *float32, keep, rate float32) {
	*v = b.beta**v + (1-b.beta)*float32(sumSquares(g)/float64(len(g)))
	step := b.rate * rate / (float32(math.Sqrt(float64(*v))) + b.eps)
	for j := range w {
		w[j] = keep*w[j] - step*g[j]
	}
}

func (b *rmspropBase) newLaw(d decay, _ *stepRates) law { return &shrinkLaw{newSurvival(d)} }

func sumSquares(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum
}

// powers holds beta^i and 1-beta^i for every i so far; the second is Adam's bias correction.
type powers struct {
	logBeta           float64
	power, complement []float64
}

func newPowers(beta float64) *powers {
	return &powers{math.Log(beta), []float64{1}, []float64{0}}
}

// grow prepares exponents up to k.
func (p *powers) grow(k int) {
	for i := len(p.power); i <= k; i++ {
		x := float64(i) * p.logBeta
		p.power = append(p.power, math.Exp(x))
		p.complement = append(p.complement, -math.Expm1(x))
	}
}
