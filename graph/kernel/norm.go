package kernel

import "math"

// Norm is what normalizes a run of values to mean 0 and variance 1: xhat = (x-Mean)*Scale.
type Norm struct{ Mean, Scale float32 }

// Normalize computes out = xhat*gain + bias in each run of len(gain) values of x, and writes to norms what
// normalizes the run; eps is added to its variance. out and x have len(norms) runs of at least one value.
func Normalize(out, x, gain, bias []float32, eps float64, norms []Norm) {
	n := len(gain)
	if len(norms) == 0 {
		return
	}
	_, _, _ = out[n*len(norms)-1], x[n*len(norms)-1], bias[n-1]
	if active.lanes <= 16 {
		last, p := lastMask(n), &[3]float64{float64(n), eps, 1}
		together := active.together(len(norms))
		if together > 0 {
			active.normalize(&out[0], &x[0], &gain[0], &bias[0], &norms[0], together, n, last, p)
		}
		if together < len(norms) {
			at := together * n
			active.normalizeRun(&out[at], &x[at], &gain[0], &bias[0], &norms[together], len(norms)-together, n, last, p)
		}
		return
	}
	for i := range norms {
		from, to := i*n, (i+1)*n
		norms[i] = normOf(x[from:to], eps)
		norms[i].apply(out[from:to], x[from:to], gain, bias)
	}
}

// NormalizeGrad computes dx = Scale*(h - mean(h) - xhat*mean(h*xhat)) with h = grad*gain in each run; it adds
// grad*xhat to dgain and grad to dbias. norms is what Normalize wrote.
func NormalizeGrad(dx, dgain, dbias, x, grad, gain []float32, norms []Norm) {
	n := len(gain)
	if len(norms) == 0 {
		return
	}
	end := n*len(norms) - 1
	_, _, _, _, _ = dx[end], x[end], grad[end], dgain[n-1], dbias[n-1]
	if active.lanes <= 16 {
		last, count := lastMask(n), float64(n)
		together := active.together(len(norms))
		if together > 0 {
			active.normalizeGrad(&dx[0], &x[0], &grad[0], &gain[0], &norms[0], &dgain[0], &dbias[0], together, n, last, &count)
		}
		if together < len(norms) {
			at := together * n
			active.normalizeRunGrad(&dx[at], &x[at], &grad[at], &gain[0], &norms[together], &dgain[0], &dbias[0], len(norms)-together, n, last, &count)
		}
		return
	}
	for i, norm := range norms {
		from, to := i*n, (i+1)*n
		norm.gradient(dx[from:to], dgain, dbias, x[from:to], grad[from:to], gain)
	}
}

// together returns how many of a number of runs the kernel of several runs takes.
func (k *kernels) together(runs int) int { return runs &^ (k.lanes/2 - 1) }

// lastMask is the mask of the last vector of a run of n values.
func lastMask(n int) *int32 { return mask((n-1)%active.lanes + 1) }

// normOf computes the mean of x and one over its deviation, in two passes.
func normOf(x []float32, eps float64) Norm {
	var sum, rest, squares float64
	for _, v := range x {
		sum += float64(v)
	}
	n := float64(len(x))
	mean := float32(sum / n)
	// The variance about the rounded mean, less what the rounding left.
	for _, v := range x {
		d := float64(v - mean)
		rest += d
		squares += d * d
	}
	rest /= n
	return Norm{mean, float32(1 / math.Sqrt(squares/n-rest*rest+eps))}
}

func (p Norm) apply(out, x, gain, bias []float32) {
	for i, v := range x {
		out[i] = (v-p.Mean)*p.Scale*gain[i] + bias[i]
	}
}

func (p Norm) gradient(dx, dgain, dbias, x, grad, gain []float32) {
	var sum, product float64
	for i, g := range grad {
		xhat, h := float64((x[i]-p.Mean)*p.Scale), float64(g*gain[i])
		dgain[i] += g * float32(xhat)
		dbias[i] += g
		sum += h
		product += h * xhat
	}
	n := float64(len(x))
	a, b := float32(sum/n), float32(product/n)
	for i, g := range grad {
		dx[i] = p.Scale * (g*gain[i] - a - (x[i]-p.Mean)*p.Scale*b)
	}
}
