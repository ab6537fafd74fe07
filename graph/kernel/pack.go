package kernel

// packPanels packs panels [from, to) of op(B), padded with zeros.
func (g *gemm) packPanels(from, to int) {
	if g.pairs != nil {
		g.packPairPanels(from, to)
		return
	}
	for j := from; j < to; j++ {
		stride := g.panelWidth(j * g.cols)
		panel := g.packed[j*g.k*g.cols:][:g.k*stride]
		width := min(stride, g.n-j*g.cols)
		if width < stride {
			clear(panel)
		}
		at := j * g.cols * g.b.colStep
		if g.b.colStep > 1 {
			transpose(panel, stride, g.b.data[at:], g.b.colStep, width, g.k)
			continue
		}
		for p := range g.k {
			copy(panel[p*stride:p*stride+width], g.b.data[at+p*g.b.rowStep:])
		}
	}
}

// panelWidth returns for how many columns the panel from column col on has room.
func (g *gemm) panelWidth(col int) int {
	if g.gemmNarrow != nil && g.n-col <= g.cols/2 {
		return g.cols / 2
	}
	return g.cols
}

// strip returns the rows of op(A) of one micro-kernel, in a block from row i on. It copies them only if there
// are too few, or if they would get in each other's way in the first cache, or to make pairs of them.
func (g *gemm) strip(s *scratch, row, i, p, depth int) left {
	height := min(g.rows, g.m-row)
	if g.pairs != nil {
		return g.pairStrip(s.packed[(row-i)/g.rows*pairRoom:], row, height, p, depth)
	}
	at := row*g.a.rowStep + p*g.a.colStep
	if height == g.rows && (g.a.rowStep == 1 || g.a.rowStep%collision != 0) {
		_ = g.a.data[at+(height-1)*g.a.rowStep+(depth-1)*g.a.colStep]
		return left{&g.a.data[at], g.a.rowStep, g.a.colStep}
	}
	return g.packStrip(s.packed[(row-i)*depth:][:g.rows*depth], span{row, row + g.rows}, span{p, p + depth})
}

// packStrip copies the rows of op(A) of one micro-kernel, in a block of the inner dimension, to dst. Rows that op(A) does not have are
// zeros.
func (g *gemm) packStrip(dst []float32, rows, inner span) left {
	height, depth := min(rows.to, g.m)-rows.from, inner.to-inner.from
	if g.pairs != nil {
		return g.pairStrip(dst, rows.from, height, inner.from/2, g.kernels.depth(inner))
	}
	at, size := rows.from*g.a.rowStep+inner.from*g.a.colStep, rows.to-rows.from
	if height < size {
		clear(dst)
	}
	if g.a.rowStep > 1 {
		for r := range height {
			copy(dst[r*depth:(r+1)*depth], g.a.data[at+r*g.a.rowStep:])
		}
		return left{&dst[0], depth, 1}
	}
	for q := range depth {
		copy(dst[q*size:q*size+height], g.a.data[at+q*g.a.colStep:])
	}
	return left{&dst[0], 1, size}
}
