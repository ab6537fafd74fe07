package main

// pointers loads the first arguments of a function, pointers and counts of 8 bytes each.
func (w *writer) pointers(names []string, registers ...string) {
	for i, r := range registers {
		w.op("MOVQ %s+%d(FP), %s", names[i], 8*i, r)
	}
}

// constants broadcasts consecutive numbers at a pointer to registers from first on.
func (w *writer) constants(pointer string, first, count int) {
	for i := range count {
		w.op("VBROADCASTSS %d(%s), %s", 4*i, pointer, w.r(first+i))
	}
}

// vectors repeats body for n elements, a multiple of a register's, and moves the pointers on.
func (w *writer) vectors(n string, pointers []string, body func()) {
	w.op("SHRQ $%d, %s", map[int]int{64: 4, 32: 3}[w.bytes], n)
	w.loop(n, 1, func() {
		body()
		for _, p := range pointers {
			w.op("ADDQ $%d, %s", w.bytes, p)
		}
	})
}

func (w *writer) load(p string, r int)  { w.op("VMOVUPS (%s), %s", p, w.r(r)) }
func (w *writer) store(r int, p string) { w.op("VMOVUPS %s, (%s)", w.r(r), p) }

// do writes an instruction on registers by number, the last being the destination.
func (w *writer) do(name string, regs ...int) {
	text := name + " "
	for i, r := range regs {
		if i > 0 {
			text += ", "
		}
		text += w.r(r)
	}
	w.op("%s", text)
}

// adam: p holds beta1, 1-beta1, beta2, 1-beta2, variance scale, eps inside, eps outside, -rate, keep.
func (w *writer) adam() {
	w.begin("adam", "(w, grad, m, v *float32, n int, p *[9]float32)", 48)
	w.pointers([]string{"w", "grad", "m", "v", "n", "p"}, "DI", "SI", "DX", "R8", "CX", "R9")
	const w0, g, m, v, t, c = 0, 1, 2, 3, 4, 6 // c: first of the constants
	w.constants("R9", c, 9)
	w.vectors("CX", []string{"DI", "SI", "DX", "R8"}, func() {
		w.load("SI", g)
		w.load("DX", m)
		w.load("R8", v)
		w.load("DI", w0)
		w.do("VMULPS", c+0, m, m)
		w.do("VFMADD231PS", g, c+1, m)
		w.do("VMULPS", g, g, t)
		w.do("VMULPS", c+2, v, v)
		w.do("VFMADD231PS", t, c+3, v)
		w.store(m, "DX")
		w.store(v, "R8")
		w.do("VMULPS", c+4, v, t)
		w.root(t, c+5, c+6)
		w.do("VMULPS", c+7, m, m)
		w.do("VDIVPS", t, m, m)
		w.do("VMULPS", c+8, w0, w0)
		w.do("VADDPS", m, w0, w0)
		w.store(w0, "DI")
	})
	w.end()
}

// root is t = sqrt(t + inside) + outside.
func (w *writer) root(t, inside, outside int) {
	w.do("VADDPS", inside, t, t)
	w.do("VSQRTPS", t, t)
	w.do("VADDPS", outside, t, t)
}

// adamSettle: p holds keep, what stays of m, what stays of v, eps inside, eps outside.
func (w *writer) adamSettle() {
	w.begin("adamSettle", "(w, m, v *float32, n int, weights, scales *float32, terms int, p *[5]float32)", 64)
	w.pointers([]string{"w", "m", "v", "n", "weights", "scales", "terms", "p"}, "DI", "DX", "R8", "CX", "R10", "R11", "R12", "R9")
	const w0, m, v, tail, t, weight, c = 0, 1, 2, 3, 4, 5, 6
	w.constants("R9", c, 5)
	w.vectors("CX", []string{"DI", "DX", "R8"}, func() {
		w.load("DI", w0)
		w.load("DX", m)
		w.load("R8", v)
		w.zero(w.r(tail))
		done := w.label()
		w.op("MOVQ R10, SI")
		w.op("MOVQ R11, AX")
		w.op("MOVQ R12, BX")
		w.op("TESTQ BX, BX")
		w.op("JZ %s", done)
		w.loop("BX", 1, func() {
			w.op("VBROADCASTSS (AX), %s", w.r(t))
			w.do("VMULPS", v, t, t)
			w.root(t, c+3, c+4)
			w.op("VBROADCASTSS (SI), %s", w.r(weight))
			w.do("VDIVPS", t, weight, t)
			w.do("VADDPS", t, tail, tail)
			w.op("ADDQ $4, SI")
			w.op("ADDQ $4, AX")
		})
		w.line("%s:", done)
		w.do("VMULPS", c+0, w0, w0)
		w.do("VMULPS", m, tail, tail)
		w.do("VSUBPS", tail, w0, w0)
		w.do("VMULPS", c+1, m, m)
		w.do("VMULPS", c+2, v, v)
		w.store(w0, "DI")
		w.store(m, "DX")
		w.store(v, "R8")
	})
	w.end()
}

// adagrad: p holds rate, eps inside, eps outside, keep.
func (w *writer) adagrad() {
	w.begin("adagrad", "(w, grad, v *float32, n int, p *[4]float32)", 40)
	w.pointers([]string{"w", "grad", "v", "n", "p"}, "DI", "SI", "R8", "CX", "R9")
	const w0, g, v, t, c = 0, 1, 2, 3, 6
	w.constants("R9", c, 4)
	w.vectors("CX", []string{"DI", "SI", "R8"}, func() {
		w.load("DI", w0)
		w.load("SI", g)
		w.load("R8", v)
		w.do("VFMADD231PS", g, g, v)
		w.store(v, "R8")
		w.op("VMOVAPS %s, %s", w.r(v), w.r(t))
		w.root(t, c+1, c+2)
		w.do("VMULPS", c+0, g, g)
		w.do("VDIVPS", t, g, g)
		w.do("VMULPS", c+3, w0, w0)
		w.do("VSUBPS", g, w0, w0)
		w.store(w0, "DI")
	})
	w.end()
}

func (w *writer) reluGrad() {
	w.begin("reluGrad", "(dst, out, grad *float32, n int)", 32)
	w.pointers([]string{"dst", "out", "grad", "n"}, "DI", "SI", "DX", "CX")
	const out, grad, zero = 0, 1, 2
	w.zero(w.r(zero))
	w.vectors("CX", []string{"DI", "SI", "DX"}, func() {
		w.load("SI", out)
		w.load("DX", grad)
		const greater = 14
		if w.reg == "Z" {
			w.op("VCMPPS $%d, %s, %s, K2", greater, w.r(zero), w.r(out))
			w.op("VMOVAPS.Z %s, K2, %s", w.r(grad), w.r(grad))
		} else {
			w.op("VCMPPS $%d, %s, %s, %s", greater, w.r(zero), w.r(out), w.r(out))
			w.do("VANDPS", out, grad, grad)
		}
		w.store(grad, "DI")
	})
	w.end()
}

// axpy: dst += s*src.
func (w *writer) axpy() {
	w.begin("axpy", "(dst, src *float32, n int, s float32)", 28)
	w.pointers([]string{"dst", "src", "n"}, "DI", "SI", "CX")
	w.op("VBROADCASTSS s+24(FP), %s", w.r(2))
	w.vectors("CX", []string{"DI", "SI"}, func() {
		w.load("DI", 0)
		w.load("SI", 1)
		w.do("VFMADD231PS", 1, 2, 0)
		w.store(0, "DI")
	})
	w.end()
}

// biasReLU: dst = max(dst+bias, 0).
func (w *writer) biasReLU() {
	w.begin("biasReLU", "(dst, bias *float32, n int)", 24)
	w.pointers([]string{"dst", "bias", "n"}, "DI", "SI", "CX")
	w.zero(w.r(2))
	w.vectors("CX", []string{"DI", "SI"}, func() {
		w.load("DI", 0)
		w.load("SI", 1)
		w.do("VADDPS", 1, 0, 0)
		w.do("VMAXPS", 0, 2, 0) // in this order NaN stays NaN
		w.store(0, "DI")
	})
	w.end()
}
