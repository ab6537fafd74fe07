package kernel

import "math"

// NormalCDF computes dst = the probability that a normal variable is below x, to about 2e-7. dst must not be x.
//
// With a = |x|/sqrt(2) it is (1 + erf(a))/2 or erfc(a)/2. Below 1 erf(a)/a is a polynomial in a^2, above it log(erfc(a)) is one in a.
func NormalCDF(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		a := scaled(v)
		dst[i] = -(((((((((-1.61406167e-06*a+4.55906238e-05)*a-5.92769549e-04)*a+4.7402224e-03)*a-2.63647175e-02)*a+
			1.09978245e-01)*a+6.31937093e-01)*a + 1.13016668) * a) - 3.03213021e-04)
	}
	Exp(dst, dst)
	for i, v := range x {
		tail := dst[i] / 2
		if a := scaled(v); a < 1 {
			z := a * a
			tail = 0.5 - a/2*((((((7.88249711e-05*z-8.01885499e-04)*z+5.18931194e-03)*z-2.68543288e-02)*z+
				1.12835975e-01)*z-3.76126269e-01)*z+1.12837917)
		}
		dst[i] = tail
		if v > 0 {
			dst[i] = 1 - tail
		}
	}
}

// scaled returns |x|/sqrt(2), at most 4, where erfc is 1.5e-8.
func scaled(x float32) float32 {
	return min(4, float32(math.Abs(float64(x)))*(1/math.Sqrt2))
}
