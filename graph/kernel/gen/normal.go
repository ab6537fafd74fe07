package main

// erfcLog: dst = log(erfc(|x|/sqrt(2))), a polynomial of a = min(4, |x|/sqrt(2)). p holds the mask of |x|, 1/sqrt(2), 4, and the
// coefficients, the highest first. Products and sums are rounded one by one, as plain Go rounds them.
func (w *writer) erfcLog() {
	w.begin("erfcLog", "(dst, x *float32, n int, p *[12]float32)", 32)
	w.pointers([]string{"dst", "x", "n", "p"}, "DI", "SI", "CX", "R8")
	const a, y, abs, scale, most, first, last = 0, 1, 2, 3, 4, 5, 13
	w.constants("R8", abs, 12)
	w.vectors("CX", []string{"DI", "SI"}, func() {
		w.scaled(a, abs, scale, most)
		w.polynomial(y, a, first, last)
		w.store(y, "DI")
	})
	w.end()
}

// normalTail: dst, which is erfc(|x|/sqrt(2)), becomes the probability that a normal variable is below x. p holds the mask of |x|,
// 1/sqrt(2), 4, 1, 1/2, and the coefficients of erf(a)/a, a polynomial of a^2, which replaces dst where a is below 1.
func (w *writer) normalTail() {
	w.begin("normalTail", "(dst, x *float32, n int, p *[12]float32)", 32)
	w.pointers([]string{"dst", "x", "n", "p"}, "DI", "SI", "CX", "R8")
	const a, z, y, tail, abs, scale, most, one, half, first, last = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15
	w.constants("R8", abs, 12)
	w.vectors("CX", []string{"DI", "SI"}, func() {
		w.load("DI", tail)
		w.do("VMULPS", half, tail, tail)
		w.scaled(a, abs, scale, most)
		w.do("VMULPS", a, a, z)
		w.polynomial(y, z, first, last)
		w.do("VMULPS", half, a, z)
		w.do("VMULPS", y, z, y)
		w.do("VSUBPS", y, half, y)
		w.where(less, a, one, y, tail)
		w.load("SI", a)
		w.do("VSUBPS", tail, one, y)
		w.zero(w.r(z))
		w.where(greater, a, z, y, tail)
		w.store(tail, "DI")
	})
	w.end()
}

// scaled reads |x|/sqrt(2), at most a limit, into a register.
func (w *writer) scaled(a, abs, scale, most int) {
	w.load("SI", a)
	w.do("VANDPS", abs, a, a)
	w.do("VMULPS", scale, a, a)
	w.do("VMINPS", a, most, a) // in this order NaN stays NaN
}

// polynomial computes y = a polynomial of x whose coefficients, the highest first, are in registers.
func (w *writer) polynomial(y, x, first, last int) {
	w.do("VMULPS", x, first, y)
	for c := first + 1; c < last; c++ {
		w.do("VADDPS", c, y, y)
		w.do("VMULPS", x, y, y)
	}
	w.do("VADDPS", last, y, y)
}

// The comparisons of VCMPPS that are false for NaN.
const (
	less    = 1
	greater = 14
)

// where copies src to dst where a comparison of x with y holds. On AVX2 it overwrites x.
func (w *writer) where(comparison, x, y, src, dst int) {
	if w.reg == "Z" {
		w.op("VCMPPS $%d, %s, %s, K2", comparison, w.r(y), w.r(x))
		w.op("VMOVAPS %s, K2, %s", w.r(src), w.r(dst))
		return
	}
	w.op("VCMPPS $%d, %s, %s, %s", comparison, w.r(y), w.r(x), w.r(x))
	w.op("VBLENDVPS %s, %s, %s, %s", w.r(x), w.r(src), w.r(dst), w.r(dst))
}
