package main

import "strings"

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

// load and store move register r from and to a place: a register that points there, or an address.
func (w *writer) load(place string, r int)  { w.op("VMOVUPS %s, %s", address(place), w.r(r)) }
func (w *writer) store(r int, place string) { w.op("VMOVUPS %s, %s", w.r(r), address(place)) }

func address(place string) string {
	if strings.Contains(place, "(") {
		return place
	}
	return "(" + place + ")"
}

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

func (w *writer) reluGrad() {
	w.begin("reluGrad", "(dst, out, grad *float32, n int)", 32)
	w.pointers([]string{"dst", "out", "grad", "n"}, "DI", "SI", "DX", "CX")
	const out, grad, zero = 0, 1, 2
	w.zero(w.r(zero))
	w.vectors("CX", []string{"DI", "SI", "DX"}, func() {
		w.load("SI", out)
		w.load("DX", grad)
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

// scale: x *= s.
func (w *writer) scale() {
	w.begin("scale", "(x *float32, n int, s float32)", 20)
	w.pointers([]string{"x", "n"}, "DI", "CX")
	w.op("VBROADCASTSS s+16(FP), %s", w.r(1))
	w.vectors("CX", []string{"DI"}, func() {
		w.load("DI", 0)
		w.do("VMULPS", 1, 0, 0)
		w.store(0, "DI")
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

// mul: dst = a*b.
func (w *writer) mul() {
	w.begin("mul", "(dst, a, b *float32, n int)", 32)
	w.pointers([]string{"dst", "a", "b", "n"}, "DI", "SI", "DX", "CX")
	w.vectors("CX", []string{"DI", "SI", "DX"}, func() {
		w.load("SI", 0)
		w.load("DX", 1)
		w.do("VMULPS", 1, 0, 0)
		w.store(0, "DI")
	})
	w.end()
}

// mulAdd: dst += a*b.
func (w *writer) mulAdd() {
	w.begin("mulAdd", "(dst, a, b *float32, n int)", 32)
	w.pointers([]string{"dst", "a", "b", "n"}, "DI", "SI", "DX", "CX")
	w.vectors("CX", []string{"DI", "SI", "DX"}, func() {
		w.load("DI", 0)
		w.load("SI", 1)
		w.load("DX", 2)
		w.do("VFMADD231PS", 1, 2, 0)
		w.store(0, "DI")
	})
	w.end()
}

// relu: dst = max(x, 0).
func (w *writer) relu() {
	w.begin("relu", "(dst, x *float32, n int)", 24)
	w.pointers([]string{"dst", "x", "n"}, "DI", "SI", "CX")
	w.zero(w.r(1))
	w.vectors("CX", []string{"DI", "SI"}, func() {
		w.load("SI", 0)
		w.do("VMAXPS", 0, 1, 0) // in this order NaN stays NaN
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
