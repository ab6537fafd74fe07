package main

import "fmt"

// The functions of this file take runs of n values each, one after another in memory: whole vectors, and a last
// one by a mask, that of its columns. They work on several runs at a time, so that what takes long is done for all of
// them at once: the sum of a register's lanes, and divisions and roots of doubles. As many runs as a register has doubles are
// together; those that are left are alone, with the same results.

// together is how many runs a function works on at a time.
func (w *writer) together() int { return w.bytes / 8 }

// eachGroup repeats body for groups of runs, and moves pointers from one to the next. CX runs, a multiple of a group's, have n values
// each, whose number is in R13. It leaves the bytes of a run in R13, of a group in R14, and of the whole vectors of a run in R12.
func (w *writer) eachGroup(runs int, pointers []string, body func()) {
	w.loadMask("AX")
	w.op("LEAQ -1(R13), R12")
	w.op("ANDQ $%d, R12", -w.bytes/4)
	w.op("SHLQ $2, R12")
	w.op("SHLQ $2, R13")
	w.op("IMUL3Q $%d, R13, R14", runs)
	w.loop("CX", runs, func() {
		body()
		for _, p := range pointers {
			w.op("ADDQ R14, %s", p)
		}
		w.op("ADDQ $%d, R9", 8*runs)
	})
}

// eachRun writes body for each run of a group, to which it moves pointers for that time.
func (w *writer) eachRun(runs int, pointers []string, body func(run int)) {
	if runs == 1 {
		body(0)
		return
	}
	for run := range runs {
		body(run)
		for _, p := range pointers {
			w.op("ADDQ R13, %s", p)
		}
	}
	for _, p := range pointers {
		w.op("SUBQ R14, %s", p)
	}
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

// half is the lower half of register i.
func (w *writer) half(i int) string {
	if w.reg == "Z" {
		return fmt.Sprintf("Y%d", i)
	}
	return fmt.Sprintf("X%d", i)
}

// means leaves the sums of the lanes of each of runs registers from first on, divided by the doubles in register n, as doubles in register
// first. It overwrites the other registers and t.
func (w *writer) means(first, runs, t, n int) {
	w.sumsAcross(first, runs, t)
	w.op("VCVTPS2PD %s, %s", w.half(first), w.r(first))
	w.do("VDIVPD", n, first, first)
}

// sumsAcross leaves the sums of the lanes of registers from first on in the lowest lanes of register first. There is one register, or as many as
// runs are together. Each sum adds in the order of addAcross: halves of what is left.
func (w *writer) sumsAcross(first, registers, t int) {
	if registers == 1 {
		w.addAcross(first, t)
		return
	}
	add := func(shuffle string, evens, odds, a, b int) {
		w.blend(shuffle, evens, first+b, first+a, t)
		w.blend(shuffle, odds, first+b, first+a, first+a)
		w.do("VADDPS", t, first+a, first+a)
	}
	if w.reg == "Z" {
		for _, i := range []int{0, 1, 4, 5} {
			add("VSHUFF32X4", 0x44, 0xee, i, i+2)
		}
		for i := range 2 {
			add("VSHUFF32X4", 0x88, 0xdd, i, i+4)
		}
	} else {
		for i := range 2 {
			add("VPERM2F128", 0x20, 0x31, i, i+2)
		}
	}
	add("VSHUFPS", 0x88, 0xdd, 0, 1)
	w.do("VMOVSHDUP", first, t)
	w.do("VADDPS", t, first, first)
	w.evenLanes(first, t)
}

// evenLanes moves lanes 0, 2, 4 ... of register r to its lower half.
func (w *writer) evenLanes(r, t int) {
	if w.reg == "Z" {
		w.op("VPMOVQD Z%d, Y%d", r, r)
		return
	}
	w.op("VEXTRACTF128 $1, Y%d, X%d", r, t)
	w.op("VSHUFPS $0x88, X%d, X%d, X%d", t, r, r)
}

// narrow rounds the doubles in register r to float32, in its lower half.
func (w *writer) narrow(r int) {
	if w.reg == "Z" {
		w.op("VCVTPD2PS Z%d, Y%d", r, r)
		return
	}
	w.op("VCVTPD2PSY Y%d, X%d", r, r)
}

// storeNorms rounds the doubles in register r to the field at an offset of the norms of runs. The first field is to be stored first.
func (w *writer) storeNorms(r, offset, runs int) {
	w.narrow(r)
	if runs == 1 {
		w.op("VMOVSS X%d, %d(R9)", r, offset)
		return
	}
	w.op("VPMOVZXDQ %s, %s", w.half(r), w.r(r))
	if offset > 0 {
		w.op("VPSLLQ $%d, %s, %s", 8*offset, w.r(r), w.r(r))
		w.op("%s (R9), %s, %s", map[string]string{"Z": "VPORQ", "Y": "VPOR"}[w.reg], w.r(r), w.r(r))
	}
	w.store(r, "R9")
}

// standardize: x = (x-mean)*scale of a run of the group. It leaves scale in a register.
func (w *writer) standardize(run, x, scale int) {
	w.op("VBROADCASTSS %d(R9), %s", 8*run, w.r(scale)) // the mean
	w.do("VSUBPS", scale, x, x)
	w.op("VBROADCASTSS %d(R9), %s", 8*run+4, w.r(scale))
	w.do("VMULPS", scale, x, x)
}

// zeros clears registers.
func (w *writer) zeros(from, to int) {
	for i := from; i < to; i++ {
		w.zero(w.r(i))
	}
}

// normalize and normalizeGrad write functions for runs that are together, and for those that are alone.
func (w *writer) normalize() {
	w.normalizeRuns("normalize", w.together())
	w.normalizeRuns("normalizeRun", 1)
}

func (w *writer) normalizeGrad() {
	w.normalizeRunsGrad("normalizeGrad", w.together())
	w.normalizeRunsGrad("normalizeRunGrad", 1)
}

// normalizeRuns: out = (x-mean)*scale*gain + bias in each run; it writes mean and scale to norms. p holds n, eps and 1.
func (w *writer) normalizeRuns(name string, runs int) {
	w.begin(name, "(out, x, gain, bias *float32, norms *Norm, runs, n int, mask *int32, p *[3]float64)", 72)
	w.pointers([]string{"out", "x", "gain", "bias", "norms", "runs", "n", "mask", "p"}, "DI", "SI", "DX", "R8", "R9", "CX", "R13", "AX", "R10")
	sum, squares, x := 0, runs, 2*runs
	t, n, eps, one := x+1, x+2, x+3, x+4
	gain, bias := sum, squares // which are no longer needed
	for i, r := range []int{n, eps, one} {
		w.op("VBROADCASTSD %d(R10), %s", 8*i, w.r(r))
	}
	w.eachGroup(runs, []string{"DI", "SI"}, func() {
		w.zeros(sum, sum+runs)
		w.pass(func(v vector) {
			w.eachRun(runs, []string{"SI"}, func(run int) {
				v.load("SI", x)
				w.do("VADDPS", x, sum+run, sum+run)
			})
		})
		w.means(sum, runs, t, n)
		w.storeNorms(sum, 0, runs)

		// The variance about the rounded mean, less what the rounding left.
		w.zeros(sum, squares+runs)
		w.pass(func(v vector) {
			w.eachRun(runs, []string{"SI"}, func(run int) {
				v.load("SI", x)
				w.op("VBROADCASTSS %d(R9), %s", 8*run, w.r(t)) // the mean
				w.do("VSUBPS", t, x, x)
				v.clear(x)
				w.do("VADDPS", x, sum+run, sum+run)
				w.do("VFMADD231PS", x, x, squares+run)
			})
		})
		w.means(sum, runs, t, n)
		w.means(squares, runs, t, n)
		w.do("VMULPD", sum, sum, sum)
		w.do("VSUBPD", sum, squares, squares)
		w.do("VADDPD", eps, squares, squares)
		w.do("VSQRTPD", squares, squares)
		w.do("VDIVPD", squares, one, squares)
		w.storeNorms(squares, 4, runs)

		w.pass(func(v vector) {
			v.load("DX", gain)
			v.load("R8", bias)
			w.eachRun(runs, []string{"DI", "SI"}, func(run int) {
				v.load("SI", x)
				w.standardize(run, x, t)
				w.do("VFMADD213PS", bias, gain, x)
				v.store(x, "DI")
			})
		})
	})
	w.end()
}

// normalizeRunsGrad: with xhat = (x-mean)*scale and h = grad*gain, in each run: dgain += grad*xhat, dbias += grad,
// dx = scale*(h - mean(h) - xhat*mean(h*xhat)). count points to n.
func (w *writer) normalizeRunsGrad(name string, runs int) {
	w.beginWithFrame(name, "(dx, x, grad, gain *float32, norms *Norm, dgain, dbias *float32, runs, n int, mask *int32, count *float64)", w.bytes, 88)
	w.pointers([]string{"dx", "x", "grad", "gain", "norms", "dgain", "dbias", "runs", "n", "mask", "count"}, "R11", "SI", "DI", "DX", "R9", "R8", "R10", "CX", "R13", "AX", "BX")
	sum, product, xhat := 0, runs, 2*runs
	grad, gain, dgain, dbias, t, n := xhat+1, xhat+2, xhat+3, xhat+4, xhat+5, xhat+6
	mean, scale := dgain, dbias // which are no longer needed
	w.op("VBROADCASTSD (BX), %s", w.r(n))
	w.eachGroup(runs, []string{"R11", "SI", "DI"}, func() {
		w.zeros(sum, product+runs)
		w.pass(func(v vector) {
			v.load("DX", gain)
			v.load("R8", dgain)
			v.load("R10", dbias)
			w.eachRun(runs, []string{"SI", "DI"}, func(run int) {
				v.load("SI", xhat)
				v.load("DI", grad)
				w.standardize(run, xhat, t)
				w.do("VFMADD231PS", grad, xhat, dgain)
				w.do("VADDPS", grad, dbias, dbias)
				w.do("VMULPS", grad, gain, grad)
				w.do("VADDPS", grad, sum+run, sum+run)
				w.do("VFMADD231PS", grad, xhat, product+run)
			})
			v.store(dgain, "R8")
			v.store(dbias, "R10")
		})
		for i, r := range []int{sum, product} {
			w.means(r, runs, t, n)
			w.narrow(r)
			w.op("VMOVUPS %s, %d(SP)", w.half(r), i*w.bytes/2)
		}

		w.pass(func(v vector) {
			v.load("DX", gain)
			w.eachRun(runs, []string{"R11", "SI", "DI"}, func(run int) {
				v.load("SI", xhat)
				v.load("DI", grad)
				w.standardize(run, xhat, scale)
				w.do("VMULPS", gain, grad, grad)
				w.op("VBROADCASTSS %d(SP), %s", 4*run, w.r(mean))
				w.do("VSUBPS", mean, grad, grad)
				w.op("VBROADCASTSS %d(SP), %s", w.bytes/2+4*run, w.r(mean))
				w.do("VFNMADD231PS", xhat, mean, grad)
				w.do("VMULPS", scale, grad, grad)
				v.store(grad, "R11")
			})
		})
	})
	w.end()
}
