package main

// panelBytes returns the size of a row of a panel of B, which is two registers.
func (w *writer) panelBytes() int { return 2 * w.bytes }

// multiplyRows: each row of dst = x times that of y, element by element. Rows are those of a panel, and follow one another.
func (w *writer) multiplyRows() {
	w.begin("multiplyRows", "(dst, x, y *float32, rows int)", 32)
	w.pointers([]string{"dst", "x", "y", "rows"}, "DI", "SI", "DX", "CX")
	for i := range 2 {
		w.op("VMOVUPS %d(SI), %s", i*w.bytes, w.r(i))
	}
	w.loop("CX", 1, func() {
		for i := range 2 {
			w.op("VMULPS %d(DX), %s, %s", i*w.bytes, w.r(i), w.r(2+i))
			w.op("VMOVUPS %s, %d(DI)", w.r(2+i), i*w.bytes)
		}
		w.op("ADDQ $%d, DI", w.panelBytes())
		w.op("ADDQ $%d, DX", w.panelBytes())
	})
	w.end()
}

// outerColumns writes a panel of columns of outer products: in each row, value i of the first register of dst = x[order[i]] * y[i], and of
// the second one likewise with the next order, x from xNext values on and the next values of y. The masks say which values of x there are.
// Rows of dst are those of a panel; rows of x and y begin xStride and yStride elements apart.
func (w *writer) outerColumns() {
	w.begin("outerColumns", "(dst, x *float32, xStride, xNext int, y *float32, yStride, rows int, order, mask, maskNext *int32)", 80)
	w.pointers([]string{"dst", "x", "xStride", "xNext", "y", "yStride", "rows", "order", "mask", "maskNext"},
		"DI", "SI", "R8", "R11", "DX", "R9", "CX", "R10", "AX", "BX")
	const order, values = 0, 2 // two registers each
	w.loadMaskInto("AX", 0)
	w.loadMaskInto("BX", 1)
	for i := range 2 {
		w.op("VMOVUPS %d(R10), %s", i*w.bytes, w.r(order+i))
	}
	for _, r := range []string{"R8", "R9", "R11"} {
		w.op("SHLQ $2, %s", r)
	}
	w.loop("CX", 1, func() {
		for i, place := range []string{"(SI)", "(SI)(R11*1)"} {
			w.maskedLoadBy(place, values+i, i)
			w.do("VPERMPS", values+i, order+i, values+i)
			w.op("VMULPS %d(DX), %s, %s", i*w.bytes, w.r(values+i), w.r(values+i))
			w.op("VMOVUPS %s, %d(DI)", w.r(values+i), i*w.bytes)
		}
		w.op("ADDQ R8, SI")
		w.op("ADDQ R9, DX")
		w.op("ADDQ $%d, DI", w.panelBytes())
	})
	w.end()
}

// loadMaskInto loads one of two masks: of AVX-512 to K1 or K2, of AVX2 to register 15 or 14.
func (w *writer) loadMaskInto(p string, i int) {
	if w.reg == "Z" {
		w.op("VMOVUPS (%s), Z31", p)
		w.op("VPTESTMD Z31, Z31, K%d", 1+i)
		return
	}
	w.load(p, maskRegister-i)
}

// maskedLoadBy loads by one of two masks.
func (w *writer) maskedLoadBy(p string, r, i int) {
	if w.reg == "Z" {
		w.op("VMOVUPS.Z %s, K%d, %s", p, 1+i, w.r(r))
		return
	}
	w.op("VMASKMOVPS %s, %s, %s", p, w.r(maskRegister-i), w.r(r))
}

// reduceMap adds, for the n rows of grad and each column, the products with x to dx, and writes to dxk their sum of products with the
// rows of x0: dx0_j += xk * grad_j, and dxk = sum of grad_j * x0_j. All rows are those of a panel. The order of the sum is that of dots.
func (w *writer) reduceMap() {
	w.begin("reduceMap", "(n int, grad, x0, dx0, xk, dxk *float32)", 48)
	lanes := w.bytes / 4
	x, g, d := lanes, lanes+1, lanes+2 // behind the sums
	for column := range 2 {
		w.pointers([]string{"n", "grad", "x0", "dx0", "xk", "dxk"}, "CX", "SI", "R8", "DI", "R9", "DX")
		at := func(row int) int { return row*w.panelBytes() + column*w.bytes }
		for i := range lanes {
			w.zero(w.r(i))
		}
		w.op("VMOVUPS %d(R9), %s", at(0), w.r(x))
		top, sum := w.label(), w.label()
		w.line("%s:", top)
		for i := range lanes {
			w.op("CMPQ CX, $%d", i)
			w.op("JLE %s", sum)
			w.op("VMOVUPS %d(SI), %s", at(i), w.r(g))
			w.op("VMOVUPS %d(DI), %s", at(i), w.r(d))
			w.op("VFMADD231PS %d(R8), %s, %s", at(i), w.r(g), w.r(i))
			w.do("VFMADD231PS", g, x, d)
			w.op("VMOVUPS %s, %d(DI)", w.r(d), at(i))
		}
		for _, p := range []string{"SI", "R8", "DI"} {
			w.op("ADDQ $%d, %s", lanes*w.panelBytes(), p)
		}
		w.op("SUBQ $%d, CX", lanes)
		w.op("JMP %s", top)
		w.line("%s:", sum)
		w.addRegisters(lanes)
		w.op("VMOVUPS %s, %d(DX)", w.r(0), at(0))
	}
	w.end()
}

// addRegisters leaves the sum of registers 0 to n-1 in register 0, in the order in which addAcross adds lanes.
func (w *writer) addRegisters(n int) {
	for half := n / 2; half >= 4; half /= 2 {
		for i := range half {
			w.do("VADDPS", i+half, i, i)
		}
	}
	w.do("VADDPS", 1, 0, 0)
	w.do("VADDPS", 3, 2, 2)
	w.do("VADDPS", 2, 0, 0)
}
