package main

// The functions of this file take runs of n values each, one after another in memory: whole vectors, and a last
// one by a mask, that of its columns.

// eachRun repeats body for CX runs of n values, whose number is in R13, and then moves the pointers to the next.
// It leaves the bytes of the whole vectors in R12.
func (w *writer) eachRun(pointers []string, body func()) {
	w.loadMask("AX")
	w.op("LEAQ -1(R13), R12")
	w.op("ANDQ $%d, R12", -w.bytes/4)
	w.op("SHLQ $2, R12")
	w.op("SHLQ $2, R13")
	w.loop("CX", 1, func() {
		body()
		for _, p := range pointers {
			w.op("ADDQ R13, %s", p)
		}
		w.op("ADDQ $8, R9")
	})
}

// pass repeats body for the vectors of a run. Their place in the run is in AX.
func (w *writer) pass(body func(v vector)) {
	last := w.label()
	w.op("XORQ AX, AX")
	w.op("MOVQ R12, BX")
	w.op("TESTQ BX, BX")
	w.op("JZ %s", last)
	w.loop("BX", w.bytes, func() {
		body(vector{w, false})
		w.op("ADDQ $%d, AX", w.bytes)
	})
	w.line("%s:", last)
	body(vector{w, true})
}

// vector is a vector of a run, a whole one or the last, of which the mask says which lanes there are.
type vector struct {
	*writer
	masked bool
}

func (v vector) load(pointer string, r int) {
	place := "(" + pointer + ")(AX*1)"
	if v.masked {
		v.maskedLoad(place, r)
		return
	}
	v.writer.load(place, r)
}

func (v vector) store(r int, pointer string) {
	place := "(" + pointer + ")(AX*1)"
	if v.masked {
		v.maskedStore(r, place)
		return
	}
	v.writer.store(r, place)
}

// clear sets the lanes of register r to zero that are not there.
func (v vector) clear(r int) {
	switch {
	case !v.masked:
	case v.reg == "Z":
		v.op("VMOVAPS.Z %s, K1, %s", v.r(r), v.r(r))
	default:
		v.do("VANDPS", maskRegister, r, r)
	}
}

// mean leaves the sum of the lanes of register r, divided by the double in register n, as a double in r.
func (w *writer) mean(r, t, n int) {
	w.addAcross(r, t)
	w.op("VCVTSS2SD X%d, X%d, X%d", r, r, r)
	w.op("VDIVSD X%d, X%d, X%d", n, r, r)
}

// spread rounds the double in register r to all lanes of register to.
func (w *writer) spread(r, to int) {
	w.op("VCVTSD2SS X%d, X%d, X%d", r, r, to)
	w.op("VBROADCASTSS X%d, %s", to, w.r(to))
}

// normalize: out = (x-mean)*scale*gain + bias in each run; it writes mean and scale to norms. p holds n, eps and 1.
func (w *writer) normalize() {
	w.begin("normalize", "(out, x, gain, bias *float32, norms *Norm, runs, n int, mask *int32, p *[3]float64)", 72)
	w.pointers([]string{"out", "x", "gain", "bias", "norms", "runs", "n", "mask", "p"}, "DI", "SI", "DX", "R8", "R9", "CX", "R13", "AX", "R10")
	const sum, squares, x, t, mean, scale, gain, bias, n, eps, one = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
	for i, r := range []int{n, eps, one} {
		w.op("VMOVSD %d(R10), X%d", 8*i, r)
	}
	w.eachRun([]string{"DI", "SI"}, func() {
		w.zero(w.r(sum))
		w.pass(func(v vector) {
			v.load("SI", x)
			w.do("VADDPS", x, sum, sum)
		})
		w.mean(sum, t, n)
		w.spread(sum, mean)
		w.op("VMOVSS X%d, (R9)", mean)

		// The variance about the rounded mean, less what the rounding left.
		w.zero(w.r(sum))
		w.zero(w.r(squares))
		w.pass(func(v vector) {
			v.load("SI", x)
			w.do("VSUBPS", mean, x, x)
			v.clear(x)
			w.do("VADDPS", x, sum, sum)
			w.do("VFMADD231PS", x, x, squares)
		})
		w.mean(sum, t, n)
		w.mean(squares, t, n)
		w.op("VMULSD X%d, X%d, X%d", sum, sum, sum)
		w.op("VSUBSD X%d, X%d, X%d", sum, squares, squares)
		w.op("VADDSD X%d, X%d, X%d", eps, squares, squares)
		w.op("VSQRTSD X%d, X%d, X%d", squares, squares, squares)
		w.op("VDIVSD X%d, X%d, X%d", squares, one, squares)
		w.spread(squares, scale)
		w.op("VMOVSS X%d, 4(R9)", scale)

		w.pass(func(v vector) {
			v.load("SI", x)
			v.load("DX", gain)
			v.load("R8", bias)
			w.do("VSUBPS", mean, x, x)
			w.do("VMULPS", scale, x, x)
			w.do("VFMADD231PS", x, gain, bias)
			v.store(bias, "DI")
		})
	})
	w.end()
}

// normalizeGrad: with xhat = (x-mean)*scale and h = grad*gain, in each run: dgain += grad*xhat, dbias += grad,
// dx = scale*(h - mean(h) - xhat*mean(h*xhat)). count points to n.
func (w *writer) normalizeGrad() {
	w.begin("normalizeGrad", "(dx, x, grad, gain *float32, norms *Norm, dgain, dbias *float32, runs, n int, mask *int32, count *float64)", 88)
	w.pointers([]string{"dx", "x", "grad", "gain", "norms", "dgain", "dbias", "runs", "n", "mask", "count"}, "R11", "SI", "DI", "DX", "R9", "R8", "R10", "CX", "R13", "AX", "BX")
	const x, grad, gain, dgain, dbias, mean, scale, sum, product, t, a, b, n = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
	w.op("VMOVSD (BX), X%d", n)
	w.eachRun([]string{"R11", "SI", "DI"}, func() {
		w.constants("R9", mean, 2)
		w.zero(w.r(sum))
		w.zero(w.r(product))
		w.pass(func(v vector) {
			v.load("SI", x)
			v.load("DI", grad)
			v.load("DX", gain)
			v.load("R8", dgain)
			v.load("R10", dbias)
			w.do("VSUBPS", mean, x, x)
			w.do("VMULPS", scale, x, x)
			w.do("VFMADD231PS", grad, x, dgain)
			w.do("VADDPS", grad, dbias, dbias)
			w.do("VMULPS", grad, gain, gain)
			w.do("VADDPS", gain, sum, sum)
			w.do("VFMADD231PS", gain, x, product)
			v.store(dgain, "R8")
			v.store(dbias, "R10")
		})
		w.mean(sum, t, n)
		w.spread(sum, a)
		w.mean(product, t, n)
		w.spread(product, b)

		w.pass(func(v vector) {
			v.load("SI", x)
			v.load("DI", grad)
			v.load("DX", gain)
			w.do("VSUBPS", mean, x, x)
			w.do("VMULPS", scale, x, x)
			w.do("VMULPS", gain, grad, grad)
			w.do("VSUBPS", a, grad, grad)
			w.do("VFNMADD231PS", x, b, grad)
			w.do("VMULPS", scale, grad, grad)
			v.store(grad, "R11")
		})
	})
	w.end()
}
