package solvers

import "math"

// After its touch at step u a row goes on moving by its momentum: over the steps up to k the
// weight loses
//
//	m * sum over i=u+1..k of  Q_i rate_i B_i / sqrt(v A_i + eps),
//	A_i = beta2^(i-u) / (1-beta2^i),  B_i = beta1^(i-u) / (1-beta1^i),
//
// where m and v are the moments at u and Q_i is what survives the decay of steps i+1 to k. The sum differs
// between the elements of a row by v only. As a function of v it is the integral of a smooth function of A
// over a measure of positive weights Q_i rate_i B_i. A tail holds a Gauss quadrature of it: a few terms
// weight / sqrt(scale*v + eps).
type tail struct{ weights, scales []float32 }

func (t *tail) reset() { t.weights, t.scales = t.weights[:0], t.scales[:0] }

// tailTolerance is the part of a tail that the sum leaves out. The terms fall by beta1/sqrt(beta2) a step or
// faster (0.9004 by default, so that a tail has 154 steps).
const tailTolerance = 1e-7

func tailLength(beta1, beta2 float64) int {
	if beta1 == 0 {
		return 1
	}
	return int(math.Ceil(math.Log(tailTolerance) / math.Log(beta1/math.Sqrt(beta2))))
}

// A panel is a run of steps over which A falls by at most a fifth. Two Gauss points integrate over
// it with an error below 3e-6 of its sum, for any v. Early in training, when A falls as 1/i, a tail
// takes several panels; from about step 700 on it is one.
const panelFall = 0.8

type panel struct {
	origin  float64    // A of the panel's first step
	moments [4]float64 // of A/origin-1 under the weights
}

// tailSum sums a tail step by step.
type tailSum struct {
	panels []panel
	tail
}

// usualPanels is how many panels a tail takes at most with the default betas.
const usualPanels = 20

// newTailSums returns n empty sums with room for the usual number of panels, so that the first
// steps allocate no more than later ones.
func newTailSums(n int) []tailSum {
	sums := make([]tailSum, n)
	panels := make([]panel, n*usualPanels)
	terms := make([]float32, 4*n*usualPanels)
	for i := range sums {
		sums[i].panels, panels = panels[:0:usualPanels], panels[usualPanels:]
		sums[i].weights, terms = terms[:0:2*usualPanels], terms[2*usualPanels:]
		sums[i].scales, terms = terms[:0:2*usualPanels], terms[2*usualPanels:]
	}
	return sums
}

func (t *tailSum) reset() { t.panels = t.panels[:0] }

// add multiplies what was there by keep, and adds a step.
func (t *tailSum) add(weight, scale, keep float64) {
	if keep != 1 {
		for i := range t.panels {
			for p := range t.panels[i].moments {
				t.panels[i].moments[p] *= keep
			}
		}
	}
	n := len(t.panels)
	if n == 0 || scale < panelFall*t.panels[n-1].origin {
		t.panels = append(t.panels, panel{origin: scale})
		n++
	}
	last := &t.panels[n-1]
	x := scale/last.origin - 1
	for p := range last.moments {
		last.moments[p] += weight
		weight *= x
	}
}

// finish makes the terms of the steps so far.
func (t *tailSum) finish() {
	t.tail.reset()
	for i := range t.panels {
		t.quadrature(&t.panels[i])
	}
}

// quadrature appends the two points and weights that integrate polynomials in A up to the third
// degree exactly: with mean, deviation sigma and skewness of the measure the points are
// mean + sigma*(skewness/2 +- sqrt(1+skewness^2/4)).
func (t *tail) quadrature(p *panel) {
	w := p.moments[0]
	if w == 0 {
		return
	}
	mean := p.moments[1] / w
	second := p.moments[2]/w - mean*mean
	if second < 1e-14 { // one step, or as good as one
		t.append(w, p.origin*(1+mean))
		return
	}
	third := p.moments[3]/w - 3*mean*p.moments[2]/w + 2*mean*mean*mean
	sigma := math.Sqrt(second)
	half := third / (sigma * second) / 2
	root := math.Hypot(1, half)
	above, below := half+root, root-half // distances of the points from the mean, in sigmas
	t.append(w*below/(above+below), p.origin*(1+mean+sigma*above))
	t.append(w*above/(above+below), p.origin*(1+mean-sigma*below))
}

// append adds a term, unless its weight vanishes.
func (t *tail) append(weight, scale float64) {
	if w := float32(weight); w != 0 {
		t.weights, t.scales = append(t.weights, w), append(t.scales, float32(scale))
	}
}
