package kernel

import "math"

// The constants of erfcLog and normalTail; see gen.
var (
	magnitude         = math.Float32frombits(1<<31 - 1) // the bits of a number but its sign
	erfcLogParameters = [12]float32{
		magnitude, 1 / math.Sqrt2, 4,
		1.61406167e-06, -4.55906238e-05, 5.92769549e-04, -4.7402224e-03, 2.63647175e-02, -1.09978245e-01, -6.31937093e-01, -1.13016668,
		3.03213021e-04,
	}
	normalTailParameters = [12]float32{
		magnitude, 1 / math.Sqrt2, 4, 1, 0.5,
		7.88249711e-05, -8.01885499e-04, 5.18931194e-03, -2.68543288e-02, 1.12835975e-01, -3.76126269e-01, 1.12837917,
	}
)

// NormalCDF computes dst = the probability that a normal variable is below x, to about 2e-7. dst must not be x.
//
// With a = |x|/sqrt(2), at most 4, where erfc is 1.5e-8, it is (1 + erf(a))/2 or erfc(a)/2. Below 1 erf(a)/a is a polynomial in
// a^2, above it log(erfc(a)) is one in a.
func NormalCDF(dst, x []float32) {
	x = x[:len(dst)]
	if active.lanes > maxLanes {
		normalPlain(dst, x)
		return
	}
	n := active.whole(len(dst))
	normalVectors(dst[:n], x)
	if n < len(dst) {
		var rest, of [maxLanes]float32
		copy(of[:], x[n:])
		normalVectors(rest[:active.lanes], of[:])
		copy(dst[n:], rest[:])
	}
}

// normalVectors is NormalCDF for whole vectors, of as many as stay in the first cache between its three passes.
func normalVectors(dst, x []float32) {
	const most = 2048
	for from := 0; from < len(dst); from += most {
		n := min(most, len(dst)-from)
		active.erfcLog(&dst[from], &x[from], n, &erfcLogParameters)
		active.exp(&dst[from], &dst[from], n, &expParameters)
		active.normalTail(&dst[from], &x[from], n, &normalTailParameters)
	}
}

func normalPlain(dst, x []float32) {
	for i, v := range x {
		a := min(4, float32(math.Abs(float64(v)))*(1/math.Sqrt2))
		tail := float32(math.Exp(float64(polynomial(a, erfcLogParameters[3:])))) / 2
		if a < 1 {
			tail = 0.5 - a/2*polynomial(a*a, normalTailParameters[5:])
		}
		dst[i] = tail
		if v > 0 {
			dst[i] = 1 - tail
		}
	}
}

// polynomial has its coefficients from the highest on.
func polynomial(x float32, coefficients []float32) float32 {
	y := coefficients[0]
	for _, c := range coefficients[1:] {
		y = y*x + c
	}
	return y
}
