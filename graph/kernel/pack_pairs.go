package kernel

import "unsafe"

// A product in bfloat16 takes two values of the inner dimension at a time: a pair, the even one in the low half of a float32 and the
// odd one in its high half. Packed matrices have pairs where those of a product in float32 have values, so that its blocks, panels and
// strips serve here, too. An odd inner dimension ends with a pair whose second value is zero.

// narrowPairs is how many columns of the result, and how many values of the inner dimension, a product needs for pairs to pay.
const narrowPairs = 16

// paysInPairs reports whether a product of n columns and an inner dimension of k is faster in bfloat16. It does not look at the rows,
// so that predictions do not depend on the size of a batch.
func paysInPairs(n, k int) bool { return n >= narrowPairs && k >= narrowPairs }

// usePairs makes a product one in bfloat16, for which the kernel in use must have kernels.
func (g *gemm) usePairs() { g.kernels, g.depth = active.bfloat16, (g.k+1)/2 }

// pairRoom is room for the pairs of a strip of op(A): up to 16 rows of a block of the inner dimension.
const pairRoom = 16 * innerBlock

// packPairPanels is packPanels for pairs.
func (g *gemm) packPairPanels(from, to int) {
	s := g.scratch.Get().(*scratch)
	for j := from; j < to; j++ {
		col := j * g.cols
		stride := g.panelWidth(col)
		panel := g.packed[col*g.depth:][:g.depth*stride]
		width, b := min(stride, g.n-col), g.b.data[col*g.b.colStep:]
		if g.b.colStep > 1 {
			g.transposePairs(s, panel, stride, b, width)
			continue
		}
		_ = b[(g.k-1)*g.b.rowStep+width-1]
		for c := 0; c < width; c += g.lanes {
			g.pairRows(&panel[c], stride, &b[c], g.b.rowStep, g.k, mask(min(g.lanes, width-c)))
		}
	}
	g.scratch.Put(s)
}

// transposePairs packs a panel of a B that is transposed: rows of b have the values of a column one after another.
func (g *gemm) transposePairs(s *scratch, panel []float32, stride int, b []float32, width int) {
	if width < stride {
		clear(panel)
	}
	for p := 0; p < g.depth; p += innerBlock {
		depth := min(innerBlock, g.depth-p)
		rows := g.roundRowsTo(s.packed[:], b[2*p:], g.b.colStep, width, min(2*depth, g.k-2*p))
		transpose(panel[p*stride:], stride, s.packed[:], rows, width, depth)
	}
}

// pairStrip returns height rows of op(A), from a row on, as pairs in dst: depth of them from pair p on.
func (g *gemm) pairStrip(dst []float32, row, height, p, depth int) left {
	a, k := g.a.data[row*g.a.rowStep+2*p*g.a.colStep:], min(2*depth, g.k-2*p)
	_ = a[(height-1)*g.a.rowStep+(k-1)*g.a.colStep]
	if g.a.colStep == 1 {
		return left{&dst[0], g.roundRowsTo(dst, a, g.a.rowStep, height, k), 1}
	}
	_ = dst[depth*g.lanes-1]
	g.pairRows(&dst[0], g.lanes, &a[0], g.a.colStep, k, mask(height))
	return left{&dst[0], 1, g.lanes}
}

// roundRowsTo rounds rows of k values of src to dst, and returns how many pairs it has for each: whole registers of them.
func (g *gemm) roundRowsTo(dst, src []float32, srcStride, rows, k int) (stride int) {
	last := k - (k-1)/g.lanes*g.lanes // values in the last register
	stride = ceil(k, 2*g.lanes) * g.lanes
	_, _ = dst[rows*stride-1], src[(rows-1)*srcStride+k-1]
	g.roundRows(&dst[0], stride, &src[0], srcStride, rows, k, mask(last))
	return stride
}

// multiplyFewPairs is multiplyFew for pairs: it rounds B in passing. The sums are those of the micro-kernel, to the bit.
func (g *gemm) multiplyFewPairs() {
	s := g.scratch.Get().(*scratch)
	for p := 0; p < g.depth; p += innerBlock {
		g.multiplyFewBlock(g.pairStrip(s.packed[:], 0, g.m, p, min(innerBlock, g.depth-p)), p)
	}
	g.scratch.Put(s)
	g.finish(0, g.m, 0, g.n)
}

// multiplyFewBlock multiplies a, all rows of op(A), by a block of the inner dimension from pair p on.
func (g *gemm) multiplyFewBlock(a left, p int) {
	b, k := g.b.data[2*p*g.b.rowStep:], min(2*innerBlock, g.k-2*p)
	_, _ = b[(k-1)*g.b.rowStep+g.n-1], g.c[(g.m-1)*g.ldc+g.n-1]
	rows := g.m / smallRows * smallRows // those that the kernel of several rows takes
	multiply := func(by fewKernel, row, col int) {
		strip := (*float32)(unsafe.Add(unsafe.Pointer(a.at), 4*row*a.rowStep))
		by(k, strip, a.rowStep, a.colStep, &b[col], g.b.rowStep, &g.c[row*g.ldc+col], g.ldc, g.accumulate || p > 0, mask(min(g.lanes, g.n-col)))
	}
	for row := 0; row < rows; row += smallRows {
		for col := 0; col < g.n; col += g.lanes {
			multiply(g.pairs.few, row, col)
		}
	}
	wide := g.n / (wideColumns * g.lanes) * (wideColumns * g.lanes)
	for row := rows; row < g.m; row++ {
		for col := 0; col < wide; col += wideColumns * g.lanes {
			multiply(g.pairs.fewWide, row, col)
		}
		for col := wide; col < g.n; col += g.lanes {
			multiply(g.pairs.fewRow, row, col)
		}
	}
}
