package main

import "fmt"

// smallRows is how many rows of C the micro-kernel of a small product has.
const smallRows = 8

// small writes C (rows, up to one register) (+)= A (rows, k) B (k, up to one register), where A is not packed:
// element (i, p) is at i*aRow + p*aCol. The mask, a register's worth of int32, says which columns there are.
func (w *writer) small(name string, rows int) {
	w.begin(name, "(k int, a *float32, aRow, aCol int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32)", 80)
	w.pointers([]string{"k", "a", "aRow", "aCol", "b", "ldb", "c", "ldc"}, "CX", "SI", "R8", "R9", "DI", "R10", "DX", "R11")
	for _, r := range []string{"R8", "R9", "R10", "R11"} {
		w.op("SHLQ $2, %s", r)
	}
	w.op("MOVQ mask+72(FP), AX")
	w.loadMask("AX")
	b, t := rows, rows+1
	for i := range rows {
		w.zero(w.r(i))
	}
	w.op("LEAQ (R8)(R8*2), R12") // 3 rows
	w.op("LEAQ (SI)(R8*4), R13") // the fifth row
	w.loop("CX", 1, func() {
		w.maskedLoad("DI", b)
		for i := range rows {
			w.op("VBROADCASTSS %s, %s", rowAddress(i), w.r(t))
			w.do("VFMADD231PS", b, t, i)
		}
		w.op("ADDQ R9, SI")
		w.op("ADDQ R9, R13")
		w.op("ADDQ R10, DI")
	})
	w.storeSmall(rows)
	w.end()
}

// storeSmall writes the sums of a small product to C, or adds them to it.
func (w *writer) storeSmall(rows int) {
	plain, t := w.label(), rows
	w.op("MOVBLZX accumulate+64(FP), AX")
	w.op("TESTL AX, AX")
	w.op("JZ %s", plain)
	w.op("MOVQ DX, R12")
	for i := range rows {
		w.maskedLoad("R12", t)
		w.do("VADDPS", t, i, i)
		w.op("ADDQ R11, R12")
	}
	w.line("%s:", plain)
	for i := range rows {
		w.maskedStore(i, "DX")
		w.op("ADDQ R11, DX")
	}
}

// wideColumns is how many registers of columns the kernel of one row has: enough sums for the
// multiplications not to wait for each other.
const wideColumns = 8

// wide writes C (1, 8 registers) (+)= A (1, k) B (k, 8 registers).
func (w *writer) wide() {
	w.begin("wide", "(k int, a *float32, aCol int, b *float32, ldb int, c *float32, accumulate bool)", 49)
	w.pointers([]string{"k", "a", "aCol", "b", "ldb", "c"}, "CX", "SI", "R9", "DI", "R10", "DX")
	w.op("SHLQ $2, R9")
	w.op("SHLQ $2, R10")
	t := wideColumns
	for i := range wideColumns {
		w.zero(w.r(i))
	}
	w.loop("CX", 1, func() {
		w.op("VBROADCASTSS (SI), %s", w.r(t))
		for i := range wideColumns {
			w.op("VFMADD231PS %d(DI), %s, %s", i*w.bytes, w.r(t), w.r(i))
		}
		w.op("ADDQ R9, SI")
		w.op("ADDQ R10, DI")
	})
	w.storeWide(48)
	w.end()
}

// storeWide writes the sums of a wide product to C, or adds them to it, if the argument at a place says so.
func (w *writer) storeWide(accumulate int) {
	store := w.label()
	w.op("MOVBLZX accumulate+%d(FP), AX", accumulate)
	w.op("TESTL AX, AX")
	w.op("JZ %s", store)
	for i := range wideColumns {
		w.op("VADDPS %d(DX), %s, %s", i*w.bytes, w.r(i), w.r(i))
	}
	w.line("%s:", store)
	for i := range wideColumns {
		w.op("VMOVUPS %s, %d(DX)", w.r(i), i*w.bytes)
	}
}

// rowAddress returns the address of A's value of row i.
func rowAddress(i int) string {
	base := "SI"
	if i >= 4 {
		base = "R13"
	}
	return fmt.Sprintf([]string{"(%s)", "(%s)(R8*1)", "(%s)(R8*2)", "(%s)(R12*1)"}[i%4], base)
}

// maskRegister holds the mask of AVX2.
const maskRegister = 15

func (w *writer) loadMask(p string) { w.loadMaskTo(p, maskRegister) }

// loadMaskTo loads a mask: of AVX-512 to K1, by way of Z31, of AVX2 to register r.
func (w *writer) loadMaskTo(p string, r int) {
	if w.reg == "Z" {
		w.op("VMOVUPS (%s), Z31", p)
		w.op("VPTESTMD Z31, Z31, K1")
		return
	}
	w.load(p, r)
}

func (w *writer) maskedLoad(p string, r int) {
	if w.reg == "Z" {
		w.op("VMOVUPS.Z %s, K1, %s", address(p), w.r(r))
		return
	}
	w.op("VMASKMOVPS %s, %s, %s", address(p), w.r(maskRegister), w.r(r))
}

func (w *writer) maskedStore(r int, p string) { w.maskedStoreBy(r, p, maskRegister) }

// maskedStoreBy stores register r by the mask that loadMaskTo put into register mask.
func (w *writer) maskedStoreBy(r int, p string, mask int) {
	if w.reg == "Z" {
		w.op("VMOVUPS %s, K1, %s", w.r(r), address(p))
		return
	}
	w.op("VMASKMOVPS %s, %s, %s", w.r(r), w.r(mask), address(p))
}

// addAcross leaves the sum of the lanes of register r in its lowest lane, and overwrites t.
func (w *writer) addAcross(r, t int) {
	if w.reg == "Z" {
		w.op("VEXTRACTF64X4 $1, Z%d, Y%d", r, t)
		w.op("VADDPS Y%d, Y%d, Y%d", t, r, r)
	}
	w.op("VEXTRACTF128 $1, Y%d, X%d", r, t)
	w.op("VADDPS X%d, X%d, X%d", t, r, r)
	w.op("VHADDPS X%d, X%d, X%d", r, r, r)
	w.op("VHADDPS X%d, X%d, X%d", r, r, r)
}

// dots writes out_i = the dot product of row i of a (rows, n) with x, for each of rows; the mask is that of
// the columns beyond the last whole register.
func (w *writer) dots() {
	w.begin("dots", "(rows, n int, a *float32, lda int, x, out *float32, mask *int32)", 56)
	w.pointers([]string{"rows", "n", "a", "lda", "x", "out", "mask"}, "CX", "R8", "SI", "R9", "DI", "DX", "AX")
	w.op("SHLQ $2, R9")
	w.loadMask("AX")
	w.op("SHRQ $%d, R8", map[int]int{64: 4, 32: 3}[w.bytes])
	w.loop("CX", 1, func() {
		tail := w.label()
		w.op("MOVQ SI, R10")
		w.op("MOVQ DI, R11")
		w.zero(w.r(0))
		w.op("MOVQ R8, R12")
		w.op("TESTQ R12, R12")
		w.op("JZ %s", tail)
		w.loop("R12", 1, func() {
			w.load("R10", 1)
			w.load("R11", 2)
			w.do("VFMADD231PS", 1, 2, 0)
			w.op("ADDQ $%d, R10", w.bytes)
			w.op("ADDQ $%d, R11", w.bytes)
		})
		w.line("%s:", tail)
		w.maskedLoad("R10", 1)
		w.maskedLoad("R11", 2)
		w.do("VFMADD231PS", 1, 2, 0)
		w.addAcross(0, 1)
		w.op("VMOVSS X0, (DX)")
		w.op("ADDQ $4, DX")
		w.op("ADDQ R9, SI")
	})
	w.end()
}
