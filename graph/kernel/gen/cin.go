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

// outerColumns writes a register of columns of outer products: in each row, value i of dst = x[order[i]] * y[i]. The mask says which values
// x has. Rows of dst are those of a panel; rows of x and y begin xStride and yStride elements apart.
func (w *writer) outerColumns() {
	w.begin("outerColumns", "(dst, x *float32, xStride int, y *float32, yStride, rows int, order, mask *int32)", 64)
	w.pointers([]string{"dst", "x", "xStride", "y", "yStride", "rows", "order", "mask"}, "DI", "SI", "R8", "DX", "R9", "CX", "R10", "AX")
	const order, values = 0, 1
	w.loadMask("AX")
	w.load("R10", order)
	w.op("SHLQ $2, R8")
	w.op("SHLQ $2, R9")
	w.loop("CX", 1, func() {
		w.maskedLoad("SI", values)
		w.do("VPERMPS", values, order, values)
		w.op("VMULPS (DX), %s, %s", w.r(values), w.r(values))
		w.store(values, "DI")
		w.op("ADDQ R8, SI")
		w.op("ADDQ R9, DX")
		w.op("ADDQ $%d, DI", w.panelBytes())
	})
	w.end()
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
