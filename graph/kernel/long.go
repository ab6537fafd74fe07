package kernel

// longBlocks is how many blocks of the inner dimension a long product has at least.
const longBlocks = 4

// isLong reports whether packing all of B, as multiply does, would push it out of the caches: in the gradient of a weight the inner dimension
// is the samples of a batch. With few columns there is too little to do for one strip of A.
func (g *gemm) isLong() bool {
	return g.pairs == nil && g.b.colStep == 1 && g.k >= longBlocks*innerBlock && g.n > 2*g.cols
}

// multiplyLong takes the inner dimension block by block. The packed block of B stays in the caches, and so does C. While cores multiply by
// one block they pack the next.
func (g *gemm) multiplyLong() {
	g.makeRoom(2 * innerBlock) // that to multiply by, and the next
	g.strips = ceil(g.m, g.rows)
	g.p = -innerBlock
	Parallel(packsPerBlock, 1, g.packNext)
	for g.p = 0; g.p < g.k; g.p += innerBlock {
		Parallel(g.strips+g.packs(), 1, g.mulBlock)
	}
}

// packedRows is how many rows of B a core packs at a time.
const packedRows = 16

const packsPerBlock = innerBlock / packedRows

// packs returns how many times cores pack rows beside the block that they multiply by.
func (g *gemm) packs() int {
	if g.p+innerBlock >= g.k {
		return 0
	}
	return packsPerBlock
}

// blockTiles takes tiles [from, to) of a block: strips of C and, among them, rows of the next block to pack. Cores take tiles from both
// ends, so that each has the same strips for every block, and packs when it is done with them.
func (g *gemm) blockTiles(from, to int) {
	half, packs := g.strips/2, g.packs()
	for t := from; t < to; t++ {
		switch {
		case t < half:
			g.mulStrip(t)
		case t < half+packs:
			g.packNext(t-half, t-half+1)
		default:
			g.mulStrip(t - packs)
		}
	}
}

// mulStrip adds to a strip of C the products of the block.
func (g *gemm) mulStrip(i int) {
	s := g.scratch.Get().(*scratch)
	row, end := i*g.rows, min(g.m, (i+1)*g.rows)
	g.add(s, row, end, 0, g.n, g.p)
	if g.packs() == 0 {
		g.finish(row, end, 0, g.n)
	}
	g.scratch.Put(s)
}

// packRows packs rows of the block after the one that is multiplied: those from from*packedRows to to*packedRows.
func (g *gemm) packRows(from, to int) {
	next := g.p + innerBlock
	for p := next + from*packedRows; p < min(next+to*packedRows, g.k); p++ {
		row := g.b.data[p*g.b.rowStep:][:g.n]
		for col := 0; col < g.n; col += g.cols {
			width := g.panelWidth(col)
			panel := g.packed[col*g.room+p%g.room*width:][:width]
			clear(panel[copy(panel, row[col:]):])
		}
	}
}
