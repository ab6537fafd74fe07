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

// The registers of a step of adam on a register of weights.
const (
	adamWeights = iota
	adamGradient
	adamFirst
	adamSecond
	adamRoot
	adamChange
)

// adamBody writes a step on a register of weights.
func (w *writer) adamBody(weights, gradient, first, second string) {
	w.load(gradient, adamGradient)
	w.load(first, adamFirst)
	w.load(second, adamSecond)
	w.load(weights, adamWeights)
	w.adamMoments()
	w.store(adamFirst, first)
	w.store(adamSecond, second)
	w.adamMove()
	w.store(adamWeights, weights)
}

// adamMoments updates the moments by the gradient.
func (w *writer) adamMoments() {
	const c = adamConstants
	w.do("VMULPS", c+0, adamFirst, adamFirst)
	w.do("VFMADD231PS", adamGradient, c+1, adamFirst)
	w.do("VMULPS", adamGradient, adamGradient, adamRoot)
	w.do("VMULPS", c+2, adamSecond, adamSecond)
	w.do("VFMADD231PS", adamRoot, c+3, adamSecond)
}

// adamMove moves the weights by the moments.
func (w *writer) adamMove() {
	const c = adamConstants
	w.do("VMULPS", c+4, adamSecond, adamRoot)
	w.root(adamRoot, c+5, c+6)
	w.do("VMULPS", adamRate, adamFirst, adamChange)
	w.do("VDIVPS", adamRoot, adamChange, adamChange)
	w.do("VMULPS", adamKeep, adamWeights, adamWeights)
	w.do("VSUBPS", adamChange, adamWeights, adamWeights)
}

// root writes t = sqrt(t + inside) + outside.
func (w *writer) root(t, inside, outside int) {
	w.do("VADDPS", inside, t, t)
	w.do("VSQRTPS", t, t)
	w.do("VADDPS", outside, t, t)
}

// penaltySteps takes up to n steps of adam on a register of weights, whose gradient is l2 times themselves. It ends where neither a weight
// nor a first moment is as large as nothing, and returns how many steps it has taken. p holds the constants of adam, of which each step has
// its own rate and variance scale. The keep of all is 1.
func (w *writer) penaltySteps() {
	w.begin("penaltySteps", "(w, m, v *float32, steps *AdamRate, n int, p *[9]float32, l2, nothing float32) int", 64)
	w.pointers([]string{"w", "m", "v", "steps", "n", "p"}, "DI", "DX", "R8", "SI", "CX", "R9")
	w.constants("R9", adamConstants, 9)
	for i, place := range []string{"DI", "DX", "R8"} {
		w.load(place, []int{adamWeights, adamFirst, adamSecond}[i])
	}
	top, done := w.label(), w.label()
	w.line("%s:", top)
	w.endWhereNothingIsLeft(done)
	w.op("VBROADCASTSS l2+48(FP), %s", w.r(adamGradient))
	w.do("VMULPS", adamWeights, adamGradient, adamGradient)
	w.zero(w.r(adamChange))
	w.do("VADDPS", adamChange, adamGradient, adamGradient) // no zero is negative
	w.op("VBROADCASTSS (SI), %s", w.r(adamRate))
	w.op("VBROADCASTSS 4(SI), %s", w.r(adamConstants+4))
	w.adamMoments()
	w.adamMove()
	w.op("ADDQ $8, SI")
	w.op("DECQ CX")
	w.op("JNZ %s", top)
	w.line("%s:", done)
	for i, place := range []string{"DI", "DX", "R8"} {
		w.store([]int{adamWeights, adamFirst, adamSecond}[i], place)
	}
	w.op("MOVQ n+32(FP), AX")
	w.op("SUBQ CX, AX")
	w.op("MOVQ AX, ret+56(FP)")
	w.end()
}

// endWhereNothingIsLeft jumps to a label if neither a weight nor a first moment is as large as nothing.
func (w *writer) endWhereNothingIsLeft(done string) {
	const notLess = 5
	w.op("VBROADCASTSS nothing+52(FP), %s", w.r(adamRoot))
	for i, x := range []int{adamWeights, adamFirst} {
		size := adamChange - i*(adamChange-adamGradient)
		w.op("VPSLLD $1, %s, %s", w.r(x), w.r(size))
		w.op("VPSRLD $1, %s, %s", w.r(size), w.r(size))
		if w.reg == "Z" {
			w.op("VCMPPS $%d, %s, %s, K%d", notLess, w.r(adamRoot), w.r(size), 2+i)
			continue
		}
		w.op("VCMPPS $%d, %s, %s, %s", notLess, w.r(adamRoot), w.r(size), w.r(size))
	}
	if w.reg == "Z" {
		w.op("KORTESTW K2, K3")
	} else {
		w.do("VORPS", adamGradient, adamChange, adamChange)
		w.op("VMOVMSKPS %s, AX", w.r(adamChange))
		w.op("TESTL AX, AX")
	}
	w.op("JZ %s", done)
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
