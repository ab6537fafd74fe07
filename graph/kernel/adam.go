package kernel

import "math"

// AdamStep is the scalar part of one step of Adam.
type AdamStep struct {
	Beta1, Beta2  float32
	Rate          float32 // learning rate / (1 - Beta1^k)
	VarianceScale float32 // 1 / (1 - Beta2^k)
	Eps           float32
	EpsOutside    bool    // sqrt(v)+eps instead of sqrt(v+eps)
	Keep          float32 // 1 - lambda, the share of the old weight that stays
}

// Adam takes one step on weights w with gradient g and moments m and v:
//
//	m = Beta1 m + (1-Beta1) g;  v = Beta2 v + (1-Beta2) g^2
//	w = Keep w - Rate m / sqrt(VarianceScale v + Eps)
func Adam(w, g, m, v []float32, p *AdamStep) {
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	n := active.whole(len(w))
	if n > 0 {
		inside, outside := places(p.Eps, p.EpsOutside)
		active.adam(&w[0], &g[0], &m[0], &v[0], n, &[9]float32{
			p.Beta1, 1 - p.Beta1, p.Beta2, 1 - p.Beta2, p.VarianceScale, inside, outside, p.Rate, p.Keep,
		})
	}
	for i := n; i < len(w); i++ {
		m[i] = p.Beta1*m[i] + (1-p.Beta1)*g[i]
		v[i] = p.Beta2*v[i] + (1-p.Beta2)*g[i]*g[i]
		w[i] = p.Keep*w[i] - p.Rate*m[i]/root(p.VarianceScale*v[i], p.Eps, p.EpsOutside)
	}
}

// places returns eps inside and outside of the root, of which one is zero.
func places(eps float32, isOutside bool) (inside, outside float32) {
	if isOutside {
		return 0, eps
	}
	return eps, 0
}

// root returns sqrt(x+eps), or sqrt(x)+eps.
func root(x, eps float32, outside bool) float32 {
	if outside {
		return float32(math.Sqrt(float64(x))) + eps
	}
	return float32(math.Sqrt(float64(x + eps)))
}

// AdamRate is what differs from one step of Adam to the next.
type AdamRate struct {
	Rate          float32 // see AdamStep
	VarianceScale float32
}

// Penalty is an L2 penalty: the gradient of a weight is L2 times itself.
type Penalty struct {
	L2      float32
	Nothing float32 // a row without a weight or a first moment of this size counts as zero
}

// Steps takes steps of Adam on a row without another gradient, until nothing is left of it, and returns how many it has taken. p has what
// they share; its Keep must be 1. g is room for a gradient of the row.
func (l Penalty) Steps(w, g, m, v []float32, steps []AdamRate, p *AdamStep) int {
	m, v = m[:len(w)], v[:len(w)]
	if len(w) == active.lanes && len(steps) > 0 {
		inside, outside := places(p.Eps, p.EpsOutside)
		return active.penaltySteps(&w[0], &m[0], &v[0], &steps[0], len(steps), &[9]float32{
			p.Beta1, 1 - p.Beta1, p.Beta2, 1 - p.Beta2, 0, inside, outside, 0, p.Keep,
		}, l.L2, l.Nothing)
	}
	g, step := g[:len(w)], *p
	for i, s := range steps {
		if largest(w) < l.Nothing && largest(m) < l.Nothing {
			return i
		}
		for j, x := range w {
			g[j] = l.L2*x + 0 // no zero is negative
		}
		step.Rate, step.VarianceScale = s.Rate, s.VarianceScale
		Adam(w, g, m, v, &step)
	}
	return len(steps)
}

// largest returns the largest absolute value.
func largest(x []float32) float32 {
	var most float32
	for _, v := range x {
		most = max(most, v, -v)
	}
	return most
}

// AdamGap describes several steps of Adam without a gradient, for one row:
//
//	w = Keep w - m sum_q Factor Weights[q] / sqrt(Scales[q] v + Eps);  m = DecayM m;  v = DecayV v
//
// The assembly depends on the order of its fields.
type AdamGap struct {
	Keep           float32   // what stays of the weight over all steps
	DecayM, DecayV float32   // what stays of the moments
	Factor         float32   // of the weights of the terms
	Weights        []float32 // of the terms of the momentum's tail
	Scales         []float32 // of v in those terms, as many
}

// settle advances a row in plain Go.
func (p *AdamGap) settle(w, m, v []float32, eps float32, epsOutside bool) {
	m, v = m[:len(w)], v[:len(w)]
	scales := p.Scales[:len(p.Weights)]
	for i := range w {
		var tail float32
		for q, weight := range p.Weights {
			tail += weight * p.Factor / root(scales[q]*v[i], eps, epsOutside)
		}
		w[i] = p.Keep*w[i] - m[i]*tail
		m[i] *= p.DecayM
		v[i] *= p.DecayV
	}
}

// AdagradStep is the scalar part of one step of Adagrad.
type AdagradStep struct {
	Rate       float32 // learning rate
	Eps        float32
	EpsOutside bool    // sqrt(v)+eps instead of sqrt(v+eps)
	Keep       float32 // 1 - lambda
}

// Adagrad takes one step on weights w with gradient g and sum of squares v:
//
//	v = v + g^2;  w = Keep w - Rate g / sqrt(v + Eps)
//
// Eps must be above zero.
func Adagrad(w, g, v []float32, p *AdagradStep) {
	g, v = g[:len(w)], v[:len(w)]
	n := active.whole(len(w))
	if n > 0 {
		inside, outside := places(p.Eps, p.EpsOutside)
		active.adagrad(&w[0], &g[0], &v[0], n, &[4]float32{p.Rate, inside, outside, p.Keep})
	}
	for i := n; i < len(w); i++ {
		v[i] += g[i] * g[i]
		w[i] = p.Keep*w[i] - p.Rate*g[i]/root(v[i], p.Eps, p.EpsOutside)
	}
}
