package solvers

import "github.com/ctrzoo/ctrzoo/graph/kernel"

// A law is what happens to the rows of one table that no batch touches: it moves a row over a gap of
// steps at once. Advance fills its tables, so that settle, which several goroutines call, only reads
// them.
type law interface {
	// advance prepares the settling of rows to step k.
	advance(k int)
	// settle brings a row of the scratch's table from step u to step k, or has the scratch do so when it
	// is flushed. The row's latest gradient came at step s; rate is a factor of its learning rate.
	settle(row, u, s, k int, rate float64, x *scratch)
	// forget starts again from step 0.
	forget()
}

// stepRates holds the learning rates of the steps that settling still needs: those from step from on. No row is settled to
// an earlier step.
type stepRates struct {
	from  int
	rates []float64
}

// at returns the rate of step i.
func (s *stepRates) at(i int) float64 { return s.rates[i-s.from] }

// grow fills in a rate up to step k, for steps that have none.
func (s *stepRates) grow(k int, rate float64) {
	for s.from+len(s.rates) <= k {
		s.rates = append(s.rates, rate)
	}
}

// shrinkLaw is the law of a base without momentum: rows shrink and nothing else.
type shrinkLaw struct{ survival survival }

func (l *shrinkLaw) advance(k int) { l.survival.grow(k) }
func (l *shrinkLaw) forget()       {}

func (l *shrinkLaw) settle(row, u, s, k int, _ float64, x *scratch) {
	w, _, _ := x.row(row)
	shrink(w, l.survival.over(u-s, k-s))
}

// shrink multiplies a row. It does not write to a row of zeros, which may have no memory yet.
func shrink(w []float32, keep float64) {
	if keep != 1 && !isZero(w) {
		kernel.Scale(w, float32(keep))
	}
}

func isZero(x []float32) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// adamLaw is the law of Adam: rows shrink and follow their momentum.
//
// Most rows are settled to the step of their latest gradient (u = s), so the tails of all such rows with
// the same u are the same. The law adds each new step to the tails of the latest steps, and keeps those that
// have come to their end for the whole run, since they only shrink further.
type adamLaw struct {
	adam     *adamBase
	survival survival
	rates    *stepRates
	length   int // of a tail
	k        int // the step up to which the tables are filled

	recent          []tailSum // of steps k-length .. k-1, at u % length
	weights, scales []float32 // of all earlier tails, one after another
	ends            []int     // where the tail of u ends in them, from that of step from on
	from            int       // the first step of the rates
}

func newAdamLaw(adam *adamBase, d decay, rates *stepRates) *adamLaw {
	length := tailLength(adam.beta1, adam.beta2)
	return &adamLaw{adam: adam, survival: newSurvival(d), rates: rates, length: length, recent: newTailSums(length)}
}

func (l *adamLaw) forget() {
	*l = adamLaw{adam: l.adam, survival: l.survival, rates: l.rates, length: l.length, recent: l.recent, k: l.rates.from, from: l.rates.from}
}

func (l *adamLaw) advance(k int) {
	if k < l.k { // an earlier state was restored
		l.forget()
	}
	l.survival.grow(max(k, l.length))
	l.adam.grow(k)
	for l.k < k {
		l.k++
		l.begin(l.k - 1)
		for u := max(l.from, l.k-l.length); u < l.k; u++ {
			l.add(&l.recent[u%l.length], u, u, l.k)
		}
	}
	for u := max(l.from, l.k-l.length); u < l.k; u++ {
		l.recent[u%l.length].finish()
	}
}

// begin starts the tail of step u in place of the one that has come to its end.
func (l *adamLaw) begin(u int) {
	t := &l.recent[u%l.length]
	if u-l.length >= l.from {
		t.finish()
		l.weights, l.scales = append(l.weights, t.weights...), append(l.scales, t.scales...)
		l.ends = append(l.ends, len(l.weights))
	}
	t.reset()
}

// add adds step i to the tail of a row that is settled to u, with its latest gradient at s.
func (l *adamLaw) add(t *tailSum, u, s, i int) {
	c1, c2 := l.adam.correction1, l.adam.correction2
	weight := l.rates.at(i) * c1.power[i-u] / c1.complement[i]
	t.add(weight, c2.power[i-u]/c2.complement[i], 1-l.survival.decay(i-s-1))
}

// tail returns the tail of a row over the steps u+1 to k, and a factor of all its weights.
func (l *adamLaw) tail(u, s, k int, x *scratch) (tail, float64) {
	end := min(k, u+l.length)
	factor := l.survival.over(end-s, k-s)
	switch {
	case u-s >= l.length || factor == 0: // the momentum is spent, or its effect has decayed
		return tail{}, 1
	case u != s: // settled for an evaluation, or touched by a gradient of exactly zero
		return x.tail(l, u, s, end), factor
	case u >= l.k-l.length:
		return l.recent[u%l.length].tail, factor
	}
	from, at := 0, u-l.from
	if at > 0 {
		from = l.ends[at-1]
	}
	return tail{l.weights[from:l.ends[at]], l.scales[from:l.ends[at]]}, factor
}

func (l *adamLaw) settle(row, u, s, k int, rate float64, x *scratch) {
	keep := l.survival.over(u-s, k-s)
	if s == 0 { // it has no moments yet
		w, _, _ := x.row(row)
		shrink(w, keep)
		return
	}
	t, factor := l.tail(u, s, k, x)
	x.putOff(l.adam, row, kernel.AdamGap{
		Keep:    float32(keep),
		DecayM:  float32(l.adam.correction1.power[k-u]),
		DecayV:  float32(l.adam.correction2.power[k-u]),
		Factor:  float32(factor * rate),
		Weights: t.weights, Scales: t.scales,
	})
}
