package kernel

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
