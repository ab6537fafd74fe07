package main

// widen: dst = s*src, src in bfloat16.
func (w *writer) widen() {
	w.begin("widen", "(dst *float32, src *uint16, n int, s float32)", 28)
	w.pointers([]string{"dst", "src", "n"}, "DI", "SI", "CX")
	w.op("VBROADCASTSS s+24(FP), %s", w.r(1))
	w.vectors("CX", []string{"DI"}, func() {
		w.op("VPMOVZXWD (SI), %s", w.r(0))
		w.op("VPSLLD $16, %s, %s", w.r(0), w.r(0))
		w.do("VMULPS", 1, 0, 0)
		w.store(0, "DI")
		w.op("ADDQ $%d, SI", w.bytes/2)
	})
	w.end()
}

// roundAtRandom: dst = (src + 16 random bits below those that stay) >> 16, as integers. The bits are those of a hash, see roundingBits in
// package kernel. The first vector of counters is at counters.
func (w *writer) roundAtRandom() {
	w.begin("roundAtRandom", "(dst *uint16, src *float32, n int, counters *uint32, p *[3]uint32)", 40)
	w.pointers([]string{"dst", "src", "n", "counters", "p"}, "DI", "SI", "CX", "DX", "R8")
	const bits, shifted, counter, step, factor1, factor2, value = 0, 1, 2, 3, 4, 5, 6
	w.load("DX", counter)
	w.constants("R8", step, 3)
	w.vectors("CX", []string{"SI"}, func() {
		w.fold(counter, 16, shifted, bits)
		w.do("VPMULLD", factor1, bits, bits)
		w.fold(bits, 15, shifted, bits)
		w.do("VPMULLD", factor2, bits, bits)
		w.op("VPSRLD $16, %s, %s", w.r(bits), w.r(bits))
		w.load("SI", value)
		w.do("VPADDD", bits, value, value)
		w.op("VPSRLD $16, %s, %s", w.r(value), w.r(value))
		w.storeHalves(value, "DI")
		w.do("VPADDD", step, counter, counter)
		w.op("ADDQ $%d, DI", w.bytes/2)
	})
	w.end()
}

// fold: dst = x ^ x>>by.
func (w *writer) fold(x, by, shifted, dst int) {
	w.op("VPSRLD $%d, %s, %s", by, w.r(x), w.r(shifted))
	if w.reg == "Z" {
		w.do("VPXORD", x, shifted, dst)
		return
	}
	w.do("VPXOR", x, shifted, dst)
}

// storeHalves stores the low halves of a register's 32-bit numbers, whose high halves are zero.
func (w *writer) storeHalves(r int, place string) {
	if w.reg == "Z" {
		w.op("VPMOVDW %s, (%s)", w.r(r), place)
		return
	}
	w.do("VPACKUSDW", r, r, r)
	w.op("VPERMQ $8, %s, %s", w.r(r), w.r(r))
	w.op("VMOVDQU X%d, (%s)", r, place)
}
