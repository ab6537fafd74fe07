package main

// exponential: dst = e^x, or with sigmoid 1/(1+e^-x). p holds the limits of x, log2(e), ln(2) in two parts, and the coefficients of a
// polynomial, the highest first, of which the last two are 1.
//
// With k = x*log2(e), rounded, e^x is 2^k times the polynomial of r = x - k*ln(2). Adding k to the exponent in the bits of
// the polynomial's value multiplies by 2^k.
func (w *writer) exponential(name string, sigmoid bool) {
	w.begin(name, "(dst, x *float32, n int, p *[12]float32)", 32)
	w.pointers([]string{"dst", "x", "n", "p"}, "DI", "SI", "CX", "R8")
	const x, k, y, low, high, log2e, ln2High, ln2Low, first, one = 0, 1, 2, 3, 4, 5, 6, 7, 8, 14
	w.constants("R8", low, 12)
	w.vectors("CX", []string{"DI", "SI"}, func() {
		w.load("SI", x)
		if sigmoid {
			w.zero(w.r(y))
			w.do("VSUBPS", x, y, x)
		}
		w.do("VMAXPS", x, low, x) // in this order NaN stays NaN
		w.do("VMINPS", x, high, x)
		w.do("VMULPS", log2e, x, k)
		w.round(k)
		w.do("VFNMADD231PS", ln2High, k, x)
		w.do("VFNMADD231PS", ln2Low, k, x)
		w.do("VMOVAPS", first, y)
		for c := first + 1; c < one; c++ {
			w.do("VFMADD213PS", c, x, y)
		}
		w.do("VFMADD213PS", one, x, y)
		w.do("VFMADD213PS", one, x, y)
		w.do("VCVTPS2DQ", k, k)
		w.op("VPSLLD $23, %s, %s", w.r(k), w.r(k))
		w.do("VPADDD", k, y, y)
		if sigmoid {
			w.do("VADDPS", one, y, y)
			w.do("VDIVPS", y, one, y)
		}
		w.store(y, "DI")
	})
	w.end()
}

// round rounds a register to whole numbers.
func (w *writer) round(r int) {
	const toNearest = 8
	name := "VROUNDPS"
	if w.reg == "Z" {
		name = "VRNDSCALEPS"
	}
	w.op("%s $%d, %s, %s", name, toNearest, w.r(r), w.r(r))
}
