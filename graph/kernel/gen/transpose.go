package main

import "fmt"

// transpose: dst (columns, rows) = the transpose of src (rows, columns), both at most a register's
// worth; rows of src and dst begin srcStride and dstStride elements apart.
func (w *writer) transpose() {
	w.begin("transpose", "(dst *float32, dstStride int, src *float32, srcStride, rows, columns int, rowMask, columnMask *int32)", 64)
	w.pointers([]string{"dst", "dstStride", "src", "srcStride", "rows", "columns", "rowMask", "columnMask"},
		"DI", "R8", "SI", "R9", "CX", "DX", "R10", "AX")
	w.op("SHLQ $2, R8")
	w.op("SHLQ $2, R9")
	lanes := w.bytes / 4
	w.loadMask("AX")
	w.upTo(lanes, "CX", func(i int) { // what is beyond is never stored
		w.maskedLoad("SI", i)
		w.op("ADDQ R9, SI")
	})
	from := w.transposeRegisters(lanes)
	w.loadMaskTo("R10", (from+lanes)%(2*lanes))
	w.upTo(lanes, "DX", func(i int) {
		w.maskedStoreBy(from+i, "DI", (from+lanes)%(2*lanes))
		w.op("ADDQ R8, DI")
	})
	w.end()
}

// upTo does body for 0, 1, ... below the counter, at most most times.
func (w *writer) upTo(most int, counter string, body func(i int)) {
	done := w.label()
	for i := range most {
		w.op("CMPQ %s, $%d", counter, i)
		w.op("JLE %s", done)
		body(i)
	}
	w.line("%s:", done)
}

// transposeRegisters transposes the matrix in registers 0 to lanes-1, and returns where it is then:
// first within blocks of 4 x 4, then the blocks.
func (w *writer) transposeRegisters(lanes int) (from int) {
	to := lanes
	swap := func() { from, to = to, from }
	for i := 0; i < lanes; i += 2 {
		w.do("VUNPCKLPS", from+i+1, from+i, to+i)
		w.do("VUNPCKHPS", from+i+1, from+i, to+i+1)
	}
	swap()
	for i := 0; i < lanes; i += 4 {
		for j := range 2 {
			w.do("VUNPCKLPD", from+i+j+2, from+i+j, to+i+2*j)
			w.do("VUNPCKHPD", from+i+j+2, from+i+j, to+i+2*j+1)
		}
	}
	swap()
	if w.reg == "Y" {
		for j := range 4 {
			w.blend("VPERM2F128", 0x20, from+4+j, from+j, to+j)
			w.blend("VPERM2F128", 0x31, from+4+j, from+j, to+4+j)
		}
		swap()
		return from
	}
	for j := range 4 {
		for half := 0; half < 16; half += 8 {
			w.blend("VSHUFF32X4", 0x88, from+half+4+j, from+half+j, to+half+j)
			w.blend("VSHUFF32X4", 0xdd, from+half+4+j, from+half+j, to+half+4+j)
		}
	}
	swap()
	for j := range 8 {
		w.blend("VSHUFF32X4", 0x88, from+8+j, from+j, to+j)
		w.blend("VSHUFF32X4", 0xdd, from+8+j, from+j, to+8+j)
	}
	swap()
	return from
}

// blend writes an instruction that takes a number and three registers.
func (w *writer) blend(name string, number, a, b, dst int) {
	w.do(fmt.Sprintf("%s $%d,", name, number), a, b, dst)
}
