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
	g.makeRoom(2 * innerBlock)
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
	row, depth, packed := i*g.rows, min(innerBlock, g.k-g.p), g.packedBlock(g.p)
	a := g.strip(s, row, row, g.p, depth)
	for col := 0; col < g.n; col += g.cols {
		g.tile(s, a, &packed[col*innerBlock], depth, row, col, g.panelWidth(col), g.accumulate || g.p > 0)
	}
	if g.packs() == 0 {
		g.finish(row, min(g.m, row+g.rows), 0, g.n)
	}
	g.scratch.Put(s)
}

// packRows packs rows of the block after the one that is multiplied: those from from*packedRows to to*packedRows.
func (g *gemm) packRows(from, to int) {
	p := g.p + innerBlock
	packed := g.packedBlock(p)
	for q := from * packedRows; q < min(to*packedRows, g.k-p); q++ {
		row := g.b.data[(p+q)*g.b.rowStep:][:g.n]
		for col := 0; col < g.n; col += g.cols {
			width := g.panelWidth(col)
			panel := packed[col*innerBlock+q*width:][:width]
			clear(panel[copy(panel, row[col:]):])
		}
	}
}

// packedBlock returns the place of a packed block: two are in use at a time. Element (q, c) of a panel from column col on is at
// col*innerBlock + q*panelWidth + c.
func (g *gemm) packedBlock(p int) []float32 {
	half := len(g.packed) / 2
	return g.packed[p/innerBlock%2*half:][:half]
}
