package main

// The registers of adam's constants: beta1, 1-beta1, beta2, 1-beta2, variance scale, eps inside, eps outside,
// and then those that each row may have.
const (
	adamConstants = 6
	adamRate      = 13
	adamKeep      = 14
)

// adam: p holds the constants in the order of their registers.
func (w *writer) adam() {
	w.begin("adam", "(w, grad, m, v *float32, n int, p *[9]float32)", 48)
	w.pointers([]string{"w", "grad", "m", "v", "n", "p"}, "DI", "SI", "DX", "R8", "CX", "R9")
	w.constants("R9", adamConstants, 9)
	w.vectors("CX", []string{"DI", "SI", "DX", "R8"}, func() { w.adamBody("DI", "SI", "DX", "R8") })
	w.end()
}

// adamBody writes a step on a register of weights.
func (w *writer) adamBody(weights, gradient, first, second string) {
	const w0, g, m, v, t, c = 0, 1, 2, 3, 4, adamConstants
	w.load(gradient, g)
	w.load(first, m)
	w.load(second, v)
	w.load(weights, w0)
	w.do("VMULPS", c+0, m, m)
	w.do("VFMADD231PS", g, c+1, m)
	w.do("VMULPS", g, g, t)
	w.do("VMULPS", c+2, v, v)
	w.do("VFMADD231PS", t, c+3, v)
	w.store(m, first)
	w.store(v, second)
	w.do("VMULPS", c+4, v, t)
	w.root(t, c+5, c+6)
	w.do("VMULPS", adamRate, m, m)
	w.do("VDIVPS", t, m, m)
	w.do("VMULPS", adamKeep, w0, w0)
	w.do("VSUBPS", m, w0, w0)
	w.store(w0, weights)
}

// root writes t = sqrt(t + inside) + outside.
func (w *writer) root(t, inside, outside int) {
	w.do("VADDPS", inside, t, t)
	w.do("VSQRTPS", t, t)
	w.do("VADDPS", outside, t, t)
}

// settleConstants is the register of keep, what stays of m, what stays of v, factor of the weights, eps
// inside, eps outside.
const settleConstants = 6

// settleBody settles a register of weights, by R15 terms whose weights are at R12 and scales at R13.
func (w *writer) settleBody(weights, first, second string) {
	const w0, m, v, tail, t, weight, c = 0, 1, 2, 3, 4, 5, settleConstants
	w.load(weights, w0)
	w.load(first, m)
	w.load(second, v)
	w.zero(w.r(tail))
	next, done := w.label(), w.label()
	w.op("XORQ SI, SI")
	w.line("%s:", next)
	w.op("CMPQ SI, R15")
	w.op("JGE %s", done)
	w.op("VBROADCASTSS (R13)(SI*4), %s", w.r(t))
	w.do("VMULPS", v, t, t)
	w.root(t, c+4, c+5)
	w.op("VBROADCASTSS (R12)(SI*4), %s", w.r(weight))
	w.do("VMULPS", c+3, weight, weight)
	w.do("VDIVPS", t, weight, t)
	w.do("VADDPS", t, tail, tail)
	w.op("INCQ SI")
	w.op("JMP %s", next)
	w.line("%s:", done)
	w.do("VMULPS", c+0, w0, w0)
	w.do("VMULPS", m, tail, tail)
	w.do("VSUBPS", tail, w0, w0)
	w.do("VMULPS", c+1, m, m)
	w.do("VMULPS", c+2, v, v)
	w.store(w0, weights)
	w.store(m, first)
	w.store(v, second)
}

// adagradConstants is the register of rate, eps inside, eps outside, keep.
const adagradConstants = 6

// adagrad: p holds the constants in the order of their registers.
func (w *writer) adagrad() {
	w.begin("adagrad", "(w, grad, v *float32, n int, p *[4]float32)", 40)
	w.pointers([]string{"w", "grad", "v", "n", "p"}, "DI", "SI", "R8", "CX", "R9")
	w.constants("R9", adagradConstants, 4)
	w.vectors("CX", []string{"DI", "SI", "R8"}, func() { w.adagradBody("DI", "SI", "R8") })
	w.end()
}

// adagradBody writes a step on a register of weights.
func (w *writer) adagradBody(weights, gradient, squares string) {
	const w0, g, v, t, c = 0, 1, 2, 3, adagradConstants
	w.load(weights, w0)
	w.load(gradient, g)
	w.load(squares, v)
	w.do("VFMADD231PS", g, g, v)
	w.store(v, squares)
	w.op("VMOVAPS %s, %s", w.r(v), w.r(t))
	w.root(t, c+1, c+2)
	w.do("VMULPS", c+0, g, g)
	w.do("VDIVPS", t, g, g)
	w.do("VMULPS", c+3, w0, w0)
	w.do("VSUBPS", g, w0, w0)
	w.store(w0, weights)
}
