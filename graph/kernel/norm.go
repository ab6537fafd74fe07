package kernel

import "math"

// Norm normalises rows to mean 0 and variance 1: xhat = (x-Mean)*Scale.
type Norm struct{ Mean, Scale float32 }

// NormOf computes the mean of x and one over its deviation, in two passes. It adds eps to the variance.
func NormOf(x []float32, eps float64) Norm {
	sum, _ := moments(x, 0)
	n := float64(len(x))
	mean := sum / n
	// About the rounded mean; then it subtracts what the rounding leaves.
	rest, squares := moments(x, float32(mean))
	rest /= n
	return Norm{float32(mean), float32(1 / math.Sqrt(squares/n-rest*rest+eps))}
}

// moments returns the sums of x-shift and of its square.
func moments(x []float32, shift float32) (sum, squares float64) {
	n := active.whole(len(x))
	if n > 0 {
		var sums [2]float32
		active.moments(&x[0], n, shift, &sums)
		sum, squares = float64(sums[0]), float64(sums[1])
	}
	for _, v := range x[n:] {
		d := float64(v - shift)
		sum += d
		squares += d * d
	}
	return sum, squares
}

// Apply computes out = xhat*gain + bias.
func (p Norm) Apply(out, x, gain, bias []float32) {
	x, gain, bias = x[:len(out)], gain[:len(out)], bias[:len(out)]
	n := active.whole(len(out))
	if n > 0 {
		active.normalize(&out[0], &x[0], &gain[0], &bias[0], n, &[2]float32{p.Mean, p.Scale})
	}
	for i := n; i < len(out); i++ {
		out[i] = (x[i]-p.Mean)*p.Scale*gain[i] + bias[i]
	}
}

// Gradient computes dx = Scale*(h - mean(h) - xhat*mean(h*xhat)) with h = grad*gain; it adds grad*xhat to
// dgain and grad to dbias. The slices have one length.
func (p Norm) Gradient(dx, dgain, dbias, x, grad, gain []float32) {
	sum, product := p.gradientSums(dgain, dbias, x, grad, gain)
	count := float64(len(x))
	a, b := float32(sum/count), float32(product/count)
	n := active.whole(len(x))
	if n > 0 {
		active.normalizeGrad(&dx[0], &x[0], &grad[0], &gain[0], n, &[4]float32{p.Mean, p.Scale, a, b})
	}
	for i := n; i < len(x); i++ {
		dx[i] = p.Scale * (grad[i]*gain[i] - a - (x[i]-p.Mean)*p.Scale*b)
	}
}

// gradientSums returns the sums of h and of h*xhat.
func (p Norm) gradientSums(dgain, dbias, x, grad, gain []float32) (sum, product float64) {
	dx := len(x)
	dgain, dbias, grad, gain = dgain[:dx], dbias[:dx], grad[:dx], gain[:dx]
	n := active.whole(len(x))
	if n > 0 {
		var sums [2]float32
		active.normalizeSums(&x[0], &grad[0], &gain[0], &dgain[0], &dbias[0], n, &[2]float32{p.Mean, p.Scale}, &sums)
		sum, product = float64(sums[0]), float64(sums[1])
	}
	for i := n; i < len(x); i++ {
		xhat, h := float64((x[i]-p.Mean)*p.Scale), float64(grad[i]*gain[i])
		dgain[i] += grad[i] * float32(xhat)
		dbias[i] += grad[i]
		sum += h
		product += h * xhat
	}
	return sum, product
}
