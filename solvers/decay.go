package solvers

import "math"

// A decay shrinks a row at step k by 1-lambda, where lambda depends on the interval I = k-s-1
// since the row's latest step s with a gradient that is not zero (equation 10 of the paper).
type decay func(interval int) float64

// noDecay leaves weights alone.
func noDecay(int) float64 { return 0 }

// constantDecay is decoupled weight decay: lambda = c at every step.
func constantDecay(c float64) decay { return func(int) float64 { return c } }

// adaptiveDecay is equation 11: lambda = min(1, alpha*I).
func adaptiveDecay(alpha float64) decay {
	return func(interval int) float64 { return min(1, alpha*float64(interval)) }
}

// survival gives products of 1-lambda over ranges of intervals, from prefix sums of logarithms in
// float64. A decay never falls with the interval, so after lambda = 1 nothing survives.
type survival struct {
	decay decay
	logs  []float64 // logs[n] = sum of log(1-lambda(I)) for I < n
}

func newSurvival(d decay) *survival { return &survival{decay: d, logs: []float64{0}} }

// grow prepares intervals below n; over may then be called from several goroutines.
func (s *survival) grow(n int) {
	for i := len(s.logs) - 1; i < n; i++ {
		s.logs = append(s.logs, s.logs[i]+math.Log1p(-s.decay(i)))
	}
}

// over is the product of 1-lambda(I) for I in [from, to).
func (s *survival) over(from, to int) float64 {
	if from >= to {
		return 1
	}
	if math.IsInf(s.logs[to], -1) {
		return 0
	}
	return math.Exp(s.logs[to] - s.logs[from])
}
