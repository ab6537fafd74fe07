package solvers

import "math"

// A decay is the share lambda of itself that a row loses at step k, by the interval I = k-s-1 since
// its latest step s with a gradient that is not zero (equation 10 of the paper). It never falls
// with the interval.
type decay func(interval int) float64

// constantDecay is decoupled weight decay: lambda = c at every step; c = 0 is no decay.
func constantDecay(c float64) decay { return func(int) float64 { return c } }

// adaptiveDecay is equation 11, lambda = min(1, alpha*I), but at most 1-floor.
func adaptiveDecay(alpha, floor float64) decay {
	return func(interval int) float64 { return min(1-floor, alpha*float64(interval)) }
}

// survival computes the product of 1-lambda over a range of intervals, from prefix sums of logarithms in
// float64.
type survival struct {
	decay decay
	logs  []float64 // logs[n] = sum of log(1-lambda(I)) for I < n; -Inf from lambda = 1 on
	kept  []float64 // its exponential, for rows that are settled to their latest gradient, which are most
}

func newSurvival(d decay) survival {
	return survival{decay: d, logs: []float64{0}, kept: []float64{1}}
}

// grow prepares intervals below n; several goroutines may then call over.
func (s *survival) grow(n int) {
	for i := len(s.logs) - 1; i < n; i++ {
		log := s.logs[i] + math.Log1p(-s.decay(i))
		s.logs, s.kept = append(s.logs, log), append(s.kept, math.Exp(log))
	}
}

// over returns the product of 1-lambda(I) for I in [from, to).
func (s *survival) over(from, to int) float64 {
	switch {
	case from == 0:
		return s.kept[max(0, to)]
	case from >= to || s.logs[to] == s.logs[from] && s.logs[to] == 0:
		return 1
	case math.IsInf(s.logs[to], -1): // a decay never falls, so lambda was 1 within the range
		return 0
	}
	return math.Exp(s.logs[to] - s.logs[from])
}

// AlphaOfHalfLife returns the alpha under which an untouched row has lost half of its norm after the given
// number of steps: the product of 1-alpha*I over I < steps is about exp(-alpha*steps^2/2), so
// alpha = 2 ln 2 / steps^2.
func AlphaOfHalfLife(steps float64) float64 { return 2 * math.Ln2 / (steps * steps) }

// HalfLifeOfAlpha is the inverse of AlphaOfHalfLife: it returns steps.
func HalfLifeOfAlpha(alpha float64) float64 { return math.Sqrt(2 * math.Ln2 / alpha) }
