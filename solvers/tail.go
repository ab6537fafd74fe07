package solvers

import "math"

// After its touch at step u a row goes on moving by its momentum: over the steps up to k the
// weight loses
//
//	rate * m * sum over i=u+1..k of  Q_i B_i / sqrt(v A_i + eps),
//	A_i = beta2^(i-u) / (1-beta2^i),  B_i = beta1^(i-u) / (1-beta1^i),
//
// where m and v are the moments at u and Q_i is what survives the decay from step i on. A tail is
// this sum, the same for all elements of a row, as a list of terms weight / sqrt(scale*v + eps).
type tail struct{ weights, scales []float32 }

// tailLength is how many steps after the touch the sum is cut off. The terms fall by
// beta1/sqrt(beta2) = 0.9004 a step, so what is left out is below 2e-6 of the sum.
const tailLength = 128

// A panel is a run of terms that is replaced by a Gauss quadrature of two points. Over a panel
// A changes little: its length is at most a quarter of its distance from step 0, or, from
// step 300 on, anything, because beta1^(i-u) then concentrates the sum on so few steps that the
// rule's error, below sigma^4 for a relative spread sigma of A, is less than 1e-6 of the sum.
const lateStep = 300

func panelEnd(step, last int) int {
	if step >= lateStep {
		return last
	}
	return min(last, step+max(1, step/4)-1)
}

// biasCorrections holds 1-beta^i for every step i so far.
type biasCorrections struct {
	logBeta float64
	values  []float64
}

func newBiasCorrections(beta float64) *biasCorrections {
	return &biasCorrections{logBeta: math.Log(beta), values: []float64{0}}
}

func (c *biasCorrections) grow(k int) {
	for i := len(c.values); i <= k; i++ {
		c.values = append(c.values, -math.Expm1(float64(i)*c.logBeta))
	}
}

// tailMaker makes tails for one decay.
type tailMaker struct {
	base     *adamBase
	survival *survival
}

// make appends to out the terms from step u to step k for a row that stands at u and whose latest
// gradient came at step s.
func (t *tailMaker) make(u, s, k int, out tail) tail {
	last := min(k, s+tailLength)
	for step := u + 1; step <= last; {
		end := panelEnd(step, last)
		out = t.panel(u, s, k, step, end, out)
		step = end + 1
	}
	return out
}

// term is the weight and the scale of step i.
func (t *tailMaker) term(u, s, k, i int) (weight, scale float64) {
	b := t.base
	j := float64(i - u)
	weight = b.rate * t.survival.over(i-s, k-s) * math.Exp(j*b.correction1.logBeta) / b.correction1.values[i]
	return weight, math.Exp(j*b.correction2.logBeta) / b.correction2.values[i]
}

// panel appends the terms of steps [from, to]: themselves if they are one or two, else the two
// points and weights that integrate polynomials in A up to the third degree exactly.
func (t *tailMaker) panel(u, s, k, from, to int, out tail) tail {
	if to-from < 2 {
		for i := from; i <= to; i++ {
			out = out.with(t.term(u, s, k, i))
		}
		return out
	}
	var moments [4]float64 // of the scale, about that of the first step, in units of it
	_, origin := t.term(u, s, k, from)
	for i := from; i <= to; i++ {
		w, a := t.term(u, s, k, i)
		x := a/origin - 1
		for p := range moments {
			moments[p] += w
			w *= x
		}
	}
	return out.withGauss(moments, origin)
}

// withGauss appends the Gauss quadrature of a distribution given by its moments 0 to 3.
func (t tail) withGauss(moments [4]float64, origin float64) tail {
	w := moments[0]
	if w == 0 {
		return t
	}
	mean := moments[1] / w
	variance := moments[2]/w - mean*mean
	if variance < 1e-20 {
		return t.with(w, origin*(1+mean))
	}
	third := moments[3]/w - 3*mean*moments[2]/w + 2*mean*mean*mean
	sigma := math.Sqrt(variance)
	half := third / (sigma * variance) / 2 // of the skewness
	root := math.Hypot(1, half)
	upper, lower := half+root, half-root // the points, in units of sigma about the mean
	share := upper / (upper - lower)     // the weight of the lower point
	t = t.with(w*(1-share), origin*(1+mean+sigma*upper))
	return t.with(w*share, origin*(1+mean+sigma*lower))
}

// with appends a term, unless its weight vanishes.
func (t tail) with(weight, scale float64) tail {
	if w := float32(weight); w != 0 {
		t.weights, t.scales = append(t.weights, w), append(t.scales, float32(scale))
	}
	return t
}
