package solvers

import "math"

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
