package kernel

import "math"

// expParameters are the constants of exp and sigmoid; see gen. The polynomial is that of Cephes' expf.
var expParameters = [12]float32{
	-87, 88, math.Log2E, 0.693359375, -2.12194440e-4,
	1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1,
}

// Exp computes dst = e^x, to about 1e-7 relative, for x within [-87, 88]; beyond it has the values at these limits. Every
// element is rounded in the same way, wherever it is. dst may be x.
func Exp(dst, x []float32) {
	x = x[:len(dst)]
	if active.lanes > maxLanes {
		for i, v := range x {
			dst[i] = float32(math.Exp(float64(max(-87, min(88, v)))))
		}
		return
	}
	n := active.whole(len(dst))
	if n > 0 {
		active.exp(&dst[0], &x[0], n, &expParameters)
	}
	if n < len(dst) {
		var rest [maxLanes]float32
		copy(rest[:], x[n:])
		active.exp(&rest[0], &rest[0], active.lanes, &expParameters)
		copy(dst[n:], rest[:])
	}
}

// Sigmoid computes dst = 1/(1+e^-x), like Exp.
func Sigmoid(dst, x []float32) {
	x = x[:len(dst)]
	if active.lanes > maxLanes {
		for i, v := range x {
			dst[i] = float32(1 / (1 + math.Exp(-float64(max(-88, min(87, v))))))
		}
		return
	}
	n := active.whole(len(dst))
	if n > 0 {
		active.sigmoid(&dst[0], &x[0], n, &expParameters)
	}
	if n < len(dst) {
		var rest [maxLanes]float32
		copy(rest[:], x[n:])
		active.sigmoid(&rest[0], &rest[0], active.lanes, &expParameters)
		copy(dst[n:], rest[:])
	}
}

// maxLanes is the most elements that a vector has.
const maxLanes = 16

// Tanh computes dst = tanh(x), to about 2e-7 relative. dst must not be x.
func Tanh(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = 2 * v
	}
	Sigmoid(dst, dst)
	for i, v := range x {
		if v > -0.625 && v < 0.625 { // where 2*sigmoid(2x) - 1 would lose digits; the polynomial is that of Cephes' tanhf
			z := v * v
			p := (((-5.70498872745e-3*z+2.06390887954e-2)*z-5.37397155531e-2)*z+1.33314422036e-1)*z - 3.33332819422e-1
			dst[i] = v + v*z*p
			continue
		}
		dst[i] = 2*dst[i] - 1
	}
}
