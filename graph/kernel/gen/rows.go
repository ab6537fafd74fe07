package main

// The functions of this file take rows of tables whose width is a multiple of a register's. They compute the
// place of a row in AX, so that one index serves the table and its moments.

// prefetch asks for the memory of n rows of a table, whose width is in bytes.
func (w *writer) prefetch() {
	w.begin("prefetch", "(table *byte, width int, rows *int32, n int)", 32)
	w.pointers([]string{"table", "width", "rows", "n"}, "DI", "R8", "SI", "CX")
	w.loop("CX", 1, func() {
		w.op("MOVLQSX (SI), AX")
		w.op("IMULQ R8, AX")
		w.op("ADDQ DI, AX")
		w.op("LEAQ (AX)(R8*1), BX")
		line := w.label()
		w.line("%s:", line)
		w.op("PREFETCHT0 (AX)")
		w.op("ADDQ $64, AX")
		w.op("CMPQ AX, BX")
		w.op("JCS %s", line)
		w.op("ADDQ $4, SI")
	})
	w.op("RET")
	w.line("")
}

// eachRow repeats row for CX rows whose numbers are at R9, with AX at the row's place in a table of R10
// bytes a row, and body for each register of the row.
func (w *writer) eachRow(row, body func()) {
	w.loop("CX", 1, func() {
		w.op("MOVLQSX (R9), AX")
		w.op("IMULQ R10, AX")
		w.op("ADDQ $4, R9")
		row()
		w.op("MOVQ R10, BX")
		w.loop("BX", w.bytes, func() {
			body()
			w.op("ADDQ $%d, AX", w.bytes)
		})
	})
}

// adamRows: p holds the first seven constants of adam; every row has a keep and a rate.
func (w *writer) adamRows() {
	w.begin("adamRows", "(w, grad, m, v *float32, rows *int32, n, dim int, keep, rate *float32, p *[7]float32)", 80)
	w.pointers([]string{"w", "grad", "m", "v", "rows", "n", "dim", "keep", "rate", "p"}, "DI", "SI", "DX", "R8", "R9", "CX", "R10", "R11", "R12", "R13")
	w.op("SHLQ $2, R10")
	w.constants("R13", adamConstants, 7)
	w.eachRow(func() {
		w.op("VBROADCASTSS (R12), %s", w.r(adamRate))
		w.op("VBROADCASTSS (R11), %s", w.r(adamKeep))
		w.op("ADDQ $4, R11")
		w.op("ADDQ $4, R12")
	}, func() {
		w.adamBody("(DI)(AX*1)", "(SI)", "(DX)(AX*1)", "(R8)(AX*1)")
		w.op("ADDQ $%d, SI", w.bytes)
	})
	w.end()
}

// adagradRows: p holds eps inside and outside; every row has a keep and a rate.
func (w *writer) adagradRows() {
	w.begin("adagradRows", "(w, grad, v *float32, rows *int32, n, dim int, keep, rate *float32, p *[2]float32)", 72)
	w.pointers([]string{"w", "grad", "v", "rows", "n", "dim", "keep", "rate", "p"}, "DI", "SI", "R8", "R9", "CX", "R10", "R11", "R12", "R13")
	w.op("SHLQ $2, R10")
	w.constants("R13", adagradConstants+1, 2)
	w.eachRow(func() {
		w.op("VBROADCASTSS (R12), %s", w.r(adagradConstants))
		w.op("VBROADCASTSS (R11), %s", w.r(adagradConstants+3))
		w.op("ADDQ $4, R11")
		w.op("ADDQ $4, R12")
	}, func() {
		w.adagradBody("(DI)(AX*1)", "(SI)", "(R8)(AX*1)")
		w.op("ADDQ $%d, SI", w.bytes)
	})
	w.end()
}

// settleRows: every row has an AdamGap; p holds eps inside and outside.
func (w *writer) settleRows() {
	w.begin("settleRows", "(w, m, v *float32, rows *int32, n, dim int, gaps *AdamGap, p *[2]float32)", 64)
	w.pointers([]string{"w", "m", "v", "rows", "n", "dim", "gaps", "p"}, "DI", "DX", "R8", "R9", "CX", "R10", "R11", "R13")
	w.op("SHLQ $2, R10")
	w.constants("R13", settleConstants+4, 2)
	w.eachRow(func() {
		w.constants("R11", settleConstants, 4) // the fields of AdamGap in their order
		w.op("MOVQ 16(R11), R12")              // Weights
		w.op("MOVQ 24(R11), R15")              // their number
		w.op("MOVQ 40(R11), R13")              // Scales
		w.op("ADDQ $64, R11")
	}, func() { w.settleBody("(DI)(AX*1)", "(DX)(AX*1)", "(R8)(AX*1)") })
	w.end()
}

// gather copies rows of a table to dst, and writes zeros for a row below zero.
func (w *writer) gather() {
	w.begin("gather", "(dst, table *float32, rows *int32, n, dim int)", 40)
	w.pointers([]string{"dst", "table", "rows", "n", "dim"}, "SI", "DI", "R9", "CX", "R10")
	w.op("SHLQ $2, R10")
	w.loop("CX", 1, func() {
		absent, next := w.label(), w.label()
		w.op("MOVLQSX (R9), AX")
		w.op("ADDQ $4, R9")
		w.op("MOVQ R10, BX")
		w.op("IMULQ R10, AX")
		w.op("TESTQ AX, AX")
		w.op("JS %s", absent)
		w.loop("BX", w.bytes, func() {
			w.load("(DI)(AX*1)", 0)
			w.store(0, "SI")
			w.op("ADDQ $%d, SI", w.bytes)
			w.op("ADDQ $%d, AX", w.bytes)
		})
		w.op("JMP %s", next)
		w.line("%s:", absent)
		w.zero(w.r(0))
		w.loop("BX", w.bytes, func() {
			w.store(0, "SI")
			w.op("ADDQ $%d, SI", w.bytes)
		})
		w.line("%s:", next)
	})
	w.end()
}

// sumRows: row i of dst is the sum of the rows of src whose numbers are order[starts[i]:starts[i+1]], of
// which there is at least one.
func (w *writer) sumRows() {
	w.begin("sumRows", "(dst, src *float32, starts, order *int32, n, dim int)", 48)
	w.pointers([]string{"dst", "src", "starts", "order", "n", "dim"}, "SI", "DI", "R9", "R11", "CX", "R10")
	w.op("SHLQ $2, R10")
	w.loop("CX", 1, func() {
		w.op("MOVQ R10, BX")
		w.op("MOVQ DI, R8") // where the register begins in the rows of src
		w.loop("BX", w.bytes, func() {
			done, next := w.label(), w.label()
			w.op("MOVLQSX (R9), R12")
			w.op("MOVLQSX 4(R9), R13")
			w.op("MOVLQSX (R11)(R12*4), AX")
			w.op("IMULQ R10, AX")
			w.load("(R8)(AX*1)", 0)
			w.line("%s:", next)
			w.op("INCQ R12")
			w.op("CMPQ R12, R13")
			w.op("JGE %s", done)
			w.op("MOVLQSX (R11)(R12*4), AX")
			w.op("IMULQ R10, AX")
			w.op("VADDPS (R8)(AX*1), %s, %s", w.r(0), w.r(0))
			w.op("JMP %s", next)
			w.line("%s:", done)
			w.store(0, "SI")
			w.op("ADDQ $%d, SI", w.bytes)
			w.op("ADDQ $%d, R8", w.bytes)
		})
		w.op("ADDQ $4, R9")
	})
	w.end()
}
