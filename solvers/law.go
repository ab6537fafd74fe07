package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// law is what happens to rows that no batch touches, under one decay: it settles them over a gap
// of steps at once. Its tables are filled before rows are settled in parallel, so that settling
// only reads them.
type law struct {
	survival *survival
	base     *adamBase // nil for a base without momentum
	maker    tailMaker

	// Most rows stand at the step of their latest gradient, so their tails depend on two numbers.
	// Tails over fewer than tailLength steps are kept by gap, for the present step.
	short     [tailLength]tail
	shortStep [tailLength]int
	// Longer ones are all cut off at the same length, so they depend on the step u of the touch,
	// but for a factor common to all terms. They are kept by u for the whole run.
	long []tail
}

func newLaw(d decay, b base) *law {
	l := &law{survival: newSurvival(d)}
	l.base, _ = b.(*adamBase)
	l.maker = tailMaker{l.base, l.survival}
	return l
}

// prepare fills the tables for a row that stands at step u, its latest gradient at s, and will be
// settled to step k.
func (l *law) prepare(u, s, k int) {
	if u != s || !l.hasTail(u, s) {
		return
	}
	gap := k - u
	if gap < tailLength {
		if l.shortStep[gap] != k {
			l.short[gap] = l.maker.make(u, s, k, tail{l.short[gap].weights[:0], l.short[gap].scales[:0]})
			l.shortStep[gap] = k
		}
		return
	}
	for len(l.long) <= u {
		l.long = append(l.long, tail{})
	}
	if l.long[u].scales == nil {
		l.long[u] = l.maker.make(u, s, u+tailLength, tail{scales: []float32{}})
	}
}

// settle brings a row from step u to step k. scratch is for the tails of rare rows.
func (l *law) settle(w, m, v []float32, u, s, k int, scratch *tail) {
	keep := l.survival.over(u-s, k-s)
	if l.base == nil || s == 0 { // no moments, or none yet
		if keep != 1 {
			scale(w, float32(keep))
		}
		return
	}
	gap := kernel.AdamGap{
		Keep:   float32(keep),
		DecayM: float32(math.Exp(float64(k-u) * l.base.correction1.logBeta)),
		DecayV: float32(math.Exp(float64(k-u) * l.base.correction2.logBeta)),
		Eps:    float32(l.base.eps), EpsOutside: l.base.outside,
	}
	t, factor := l.tail(u, s, k, scratch)
	gap.Weights, gap.Scales = t.weights, t.scales
	if factor != 1 {
		scratch.weights = append(scratch.weights[:0], t.weights...)
		scale(scratch.weights, float32(factor))
		gap.Weights = scratch.weights
	}
	kernel.AdamSettle(w, m, v, &gap)
}

// tail returns the terms of a row's tail and the factor they are still to be multiplied by.
func (l *law) tail(u, s, k int, scratch *tail) (tail, float64) {
	switch {
	case !l.hasTail(u, s):
		return tail{}, 1
	case u != s: // settled for an evaluation, or touched by a gradient of exactly zero
		*scratch = l.maker.make(u, s, k, tail{scratch.weights[:0], scratch.scales[:0]})
		return *scratch, 1
	case k-u < tailLength:
		return l.short[k-u], 1
	default:
		return l.long[u], l.survival.over(tailLength, k-s)
	}
}

// hasTail says whether the momentum of a row still moves it.
func (l *law) hasTail(u, s int) bool { return l.base != nil && s > 0 && u-s < tailLength }

func scale(x []float32, by float32) {
	for i := range x {
		x[i] *= by
	}
}
