package kernel

import "golang.org/x/sys/cpu"

// available returns the kernels of this processor, the best first.
func available() []*kernels {
	var list []*kernels
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasFMA {
		list = append(list, &kernels{
			name: "avx512", lanes: 16, rows: 14, cols: 32, gemm: gemmAVX512, gemmNarrow: gemmNarrowAVX512,
			lowRows: 10, gemmLow: gemmLowAVX512, bfloat16: bfloat16(),
		})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, &kernels{name: "avx2", lanes: 8, rows: 6, cols: 16, gemm: gemmAVX2, gemmNarrow: gemmNarrowAVX2})
	}
	return append(list, plain())
}

// bfloat16 returns the kernels for products in bfloat16, or nil.
func bfloat16() *kernels {
	if !cpu.X86.HasAVX512BF16 || !cpu.X86.HasAVX512BW {
		return nil
	}
	return &kernels{
		name: "avx512", lanes: 16, rows: 14, cols: 32, gemm: gemmBF16, gemmNarrow: gemmNarrowBF16,
		lowRows: 10, gemmLow: gemmLowBF16,
		pairs: &pairKernels{smallBF16, smallRowBF16, wideBF16},
	}
}

func (*kernels) roundRows(dst *float32, dstStride int, src *float32, srcStride, rows, n int, mask *int32) {
	roundRowsBF16(dst, dstStride, src, srcStride, rows, n, mask)
}

func (*kernels) pairRows(dst *float32, dstStride int, src *float32, srcStride, rows int, mask *int32) {
	pairRowsBF16(dst, dstStride, src, srcStride, rows, mask)
}

func (k *kernels) isAVX512() bool { return k.lanes == 16 }

func (k *kernels) transpose(dst *float32, dstStride int, src *float32, srcStride, rows, columns int, rowMask, columnMask *int32) {
	if k.isAVX512() {
		transposeAVX512(dst, dstStride, src, srcStride, rows, columns, rowMask, columnMask)
		return
	}
	transposeAVX2(dst, dstStride, src, srcStride, rows, columns, rowMask, columnMask)
}

func (k *kernels) biasReLU(dst, bias *float32, n int) {
	if k.isAVX512() {
		biasReLUAVX512(dst, bias, n)
		return
	}
	biasReLUAVX2(dst, bias, n)
}

func (k *kernels) prefetch(table *byte, width int, rows *int32, n int) {
	if k.isAVX512() {
		prefetchAVX512(table, width, rows, n)
		return
	}
	prefetchAVX2(table, width, rows, n)
}

func (k *kernels) widen(dst *float32, src *uint16, n int, s float32) {
	if k.isAVX512() {
		widenAVX512(dst, src, n, s)
		return
	}
	widenAVX2(dst, src, n, s)
}

func (k *kernels) roundAtRandom(dst *uint16, src *float32, n int, counters *uint32, p *[3]uint32) {
	if k.isAVX512() {
		roundAtRandomAVX512(dst, src, n, counters, p)
		return
	}
	roundAtRandomAVX2(dst, src, n, counters, p)
}

func (k *kernels) adam(w, grad, m, v *float32, n int, p *[9]float32) {
	if k.isAVX512() {
		adamAVX512(w, grad, m, v, n, p)
		return
	}
	adamAVX2(w, grad, m, v, n, p)
}

func (k *kernels) adagrad(w, grad, v *float32, n int, p *[4]float32) {
	if k.isAVX512() {
		adagradAVX512(w, grad, v, n, p)
		return
	}
	adagradAVX2(w, grad, v, n, p)
}

func (k *kernels) adamRows(w, grad, m, v *float32, rows *int32, n, dim int, keep, rate *float32, p *[7]float32) {
	if k.isAVX512() {
		adamRowsAVX512(w, grad, m, v, rows, n, dim, keep, rate, p)
		return
	}
	adamRowsAVX2(w, grad, m, v, rows, n, dim, keep, rate, p)
}

func (k *kernels) adagradRows(w, grad, v *float32, rows *int32, n, dim int, keep, rate *float32, p *[2]float32) {
	if k.isAVX512() {
		adagradRowsAVX512(w, grad, v, rows, n, dim, keep, rate, p)
		return
	}
	adagradRowsAVX2(w, grad, v, rows, n, dim, keep, rate, p)
}

func (k *kernels) settleRows(w, m, v *float32, rows *int32, n, dim int, gaps *AdamGap, p *[2]float32) {
	if k.isAVX512() {
		settleRowsAVX512(w, m, v, rows, n, dim, gaps, p)
		return
	}
	settleRowsAVX2(w, m, v, rows, n, dim, gaps, p)
}

func (k *kernels) gather(dst, table *float32, rows *int32, n, dim int) {
	if k.isAVX512() {
		gatherAVX512(dst, table, rows, n, dim)
		return
	}
	gatherAVX2(dst, table, rows, n, dim)
}

func (k *kernels) sumRows(dst, src *float32, starts, order *int32, n, dim int) {
	if k.isAVX512() {
		sumRowsAVX512(dst, src, starts, order, n, dim)
		return
	}
	sumRowsAVX2(dst, src, starts, order, n, dim)
}

func (k *kernels) reluGrad(dst, out, grad *float32, n int) {
	if k.isAVX512() {
		reluGradAVX512(dst, out, grad, n)
		return
	}
	reluGradAVX2(dst, out, grad, n)
}

func (k *kernels) axpy(dst, src *float32, n int, s float32) {
	if k.isAVX512() {
		axpyAVX512(dst, src, n, s)
		return
	}
	axpyAVX2(dst, src, n, s)
}

func (k *kernels) scale(x *float32, n int, s float32) {
	if k.isAVX512() {
		scaleAVX512(x, n, s)
		return
	}
	scaleAVX2(x, n, s)
}

func (k *kernels) small(depth int, a *float32, aRow, aCol int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32) {
	if k.isAVX512() {
		smallAVX512(depth, a, aRow, aCol, b, ldb, c, ldc, accumulate, mask)
		return
	}
	smallAVX2(depth, a, aRow, aCol, b, ldb, c, ldc, accumulate, mask)
}

func (k *kernels) smallRow(depth int, a *float32, aRow, aCol int, b *float32, ldb int, c *float32, ldc int, accumulate bool, mask *int32) {
	if k.isAVX512() {
		smallRowAVX512(depth, a, aRow, aCol, b, ldb, c, ldc, accumulate, mask)
		return
	}
	smallRowAVX2(depth, a, aRow, aCol, b, ldb, c, ldc, accumulate, mask)
}

func (k *kernels) wide(depth int, a *float32, aCol int, b *float32, ldb int, c *float32, accumulate bool) {
	if k.isAVX512() {
		wideAVX512(depth, a, aCol, b, ldb, c, accumulate)
		return
	}
	wideAVX2(depth, a, aCol, b, ldb, c, accumulate)
}

func (k *kernels) dots(rows, n int, a *float32, lda int, x, out *float32, mask *int32) {
	if k.isAVX512() {
		dotsAVX512(rows, n, a, lda, x, out, mask)
		return
	}
	dotsAVX2(rows, n, a, lda, x, out, mask)
}

func (k *kernels) normalize(out, x, gain, bias *float32, norms *Norm, runs, n int, mask *int32, p *[3]float64) {
	if k.isAVX512() {
		normalizeAVX512(out, x, gain, bias, norms, runs, n, mask, p)
		return
	}
	normalizeAVX2(out, x, gain, bias, norms, runs, n, mask, p)
}

func (k *kernels) normalizeRun(out, x, gain, bias *float32, norms *Norm, runs, n int, mask *int32, p *[3]float64) {
	if k.isAVX512() {
		normalizeRunAVX512(out, x, gain, bias, norms, runs, n, mask, p)
		return
	}
	normalizeRunAVX2(out, x, gain, bias, norms, runs, n, mask, p)
}

func (k *kernels) normalizeGrad(dx, x, grad, gain *float32, norms *Norm, dgain, dbias *float32, runs, n int, mask *int32, count *float64) {
	if k.isAVX512() {
		normalizeGradAVX512(dx, x, grad, gain, norms, dgain, dbias, runs, n, mask, count)
		return
	}
	normalizeGradAVX2(dx, x, grad, gain, norms, dgain, dbias, runs, n, mask, count)
}

func (k *kernels) normalizeRunGrad(dx, x, grad, gain *float32, norms *Norm, dgain, dbias *float32, runs, n int, mask *int32, count *float64) {
	if k.isAVX512() {
		normalizeRunGradAVX512(dx, x, grad, gain, norms, dgain, dbias, runs, n, mask, count)
		return
	}
	normalizeRunGradAVX2(dx, x, grad, gain, norms, dgain, dbias, runs, n, mask, count)
}

func (k *kernels) mul(dst, a, b *float32, n int) {
	if k.isAVX512() {
		mulAVX512(dst, a, b, n)
		return
	}
	mulAVX2(dst, a, b, n)
}

func (k *kernels) mulAdd(dst, a, b *float32, n int) {
	if k.isAVX512() {
		mulAddAVX512(dst, a, b, n)
		return
	}
	mulAddAVX2(dst, a, b, n)
}

func (k *kernels) relu(dst, x *float32, n int) {
	if k.isAVX512() {
		reluAVX512(dst, x, n)
		return
	}
	reluAVX2(dst, x, n)
}

func (k *kernels) exp(dst, x *float32, n int, p *[12]float32) {
	if k.isAVX512() {
		expAVX512(dst, x, n, p)
		return
	}
	expAVX2(dst, x, n, p)
}

func (k *kernels) sigmoid(dst, x *float32, n int, p *[12]float32) {
	if k.isAVX512() {
		sigmoidAVX512(dst, x, n, p)
		return
	}
	sigmoidAVX2(dst, x, n, p)
}

func (k *kernels) erfcLog(dst, x *float32, n int, p *[12]float32) {
	if k.isAVX512() {
		erfcLogAVX512(dst, x, n, p)
		return
	}
	erfcLogAVX2(dst, x, n, p)
}

func (k *kernels) normalTail(dst, x *float32, n int, p *[12]float32) {
	if k.isAVX512() {
		normalTailAVX512(dst, x, n, p)
		return
	}
	normalTailAVX2(dst, x, n, p)
}

func (k *kernels) columnSquares(squares, x, mean *float32, n int) {
	if k.isAVX512() {
		columnSquaresAVX512(squares, x, mean, n)
		return
	}
	columnSquaresAVX2(squares, x, mean, n)
}

func (k *kernels) columnNormalize(out, x, mean, factor, bias *float32, n int) {
	if k.isAVX512() {
		columnNormalizeAVX512(out, x, mean, factor, bias, n)
		return
	}
	columnNormalizeAVX2(out, x, mean, factor, bias, n)
}

func (k *kernels) columnGradSums(sums, products, x, grad, mean *float32, n int) {
	if k.isAVX512() {
		columnGradSumsAVX512(sums, products, x, grad, mean, n)
		return
	}
	columnGradSumsAVX2(sums, products, x, grad, mean, n)
}

func (k *kernels) columnGrad(dx, x, grad, mean, a, b, factor *float32, n int) {
	if k.isAVX512() {
		columnGradAVX512(dx, x, grad, mean, a, b, factor, n)
		return
	}
	columnGradAVX2(dx, x, grad, mean, a, b, factor, n)
}

func (k *kernels) multiplyRows(dst, x, y *float32, rows int) {
	if k.isAVX512() {
		multiplyRowsAVX512(dst, x, y, rows)
		return
	}
	multiplyRowsAVX2(dst, x, y, rows)
}

func (k *kernels) outerColumns(dst, x *float32, xStride, xNext int, y *float32, yStride, rows int, order, mask, maskNext *int32) {
	if k.isAVX512() {
		outerColumnsAVX512(dst, x, xStride, xNext, y, yStride, rows, order, mask, maskNext)
		return
	}
	outerColumnsAVX2(dst, x, xStride, xNext, y, yStride, rows, order, mask, maskNext)
}

func (k *kernels) reduceMap(n int, grad, x0, dx0, xk, dxk *float32) {
	if k.isAVX512() {
		reduceMapAVX512(n, grad, x0, dx0, xk, dxk)
		return
	}
	reduceMapAVX2(n, grad, x0, dx0, xk, dxk)
}

func (k *kernels) penaltySteps(w, m, v *float32, steps *AdamRate, n int, p *[9]float32, l2, nothing float32) int {
	if k.isAVX512() {
		return penaltyStepsAVX512(w, m, v, steps, n, p, l2, nothing)
	}
	return penaltyStepsAVX2(w, m, v, steps, n, p, l2, nothing)
}
