package kernel

import (
	"runtime"
	"sync"
	"unsafe"
)

// The product is computed as in Goto and van de Geijn, Anatomy of High-Performance Matrix
// Multiplication, 2008: it packs B once into panels as wide as the micro-kernel; a block of C is the sum,
// over blocks of the inner dimension, of a packed strip of A times a panel of B. A long product packs B block by block, see long.go.
const (
	innerBlock   = 256 // length of a block of the inner dimension
	stripsPerRow = 8   // most micro-kernel heights in a block of C
	blocksPerCPU = 8   // blocks that make sure of an even share
	panelsPerCol = 8   // micro-kernel widths in a block of C
	collision    = 512 // rows of A so many elements apart, or a multiple, share lines of the first cache
)

// Gemm computes C (m, n) = op(A) (m, k) op(B) (k, n), or C += with accumulate, for row-major matrices
// whose rows begin lda, ldb and ldc elements apart; op transposes if its argument says so. The sums over k
// have the same order for every element, whatever m and n are.
func (p Precision) Gemm(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	g := p.newGemm(m, n, k)
	g.a, g.b, g.c, g.ldc, g.accumulate = newOperand(a, lda, transA), newOperand(b, ldb, transB), c, ldc, accumulate
	g.run()
}

// Linear computes out (rows, units) = x (rows, in) w (in, units) + bias (units), or with relu the positive
// part of it. A bias of nil counts as zeros.
func (p Precision) Linear(out, x, w, bias []float32, rows, in, units int, relu bool) {
	if rows == 0 || units == 0 {
		return
	}
	g := p.newGemm(rows, units, in)
	g.a, g.b, g.c, g.ldc = newOperand(x, in, false), newOperand(w, units, false), out, units
	g.accumulate, g.bias, g.relu = false, bias, relu
	g.run()
}

// LinearGrad computes dx (rows, in) = grad (rows, units) times the transpose of w (in, units), and zero where
// x (rows, in) is not above zero; an x of nil is above zero everywhere.
func (p Precision) LinearGrad(dx, grad, w, x []float32, rows, in, units int) {
	if rows == 0 || in == 0 {
		return
	}
	g := p.newGemm(rows, in, units)
	g.a, g.b, g.c, g.ldc = newOperand(grad, units, false), newOperand(w, units, true), dx, in
	g.accumulate, g.where = false, x
	g.run()
}

// operand is a matrix that is read: element (i, j) is at i*rowStep + j*colStep.
type operand struct {
	data             []float32
	rowStep, colStep int
}

func newOperand(data []float32, ld int, transposed bool) operand {
	if transposed {
		return operand{data, 1, ld}
	}
	return operand{data, ld, 1}
}

// gemm is one product in progress.
type gemm struct {
	*kernels
	m, n, k    int
	depth      int // of the packed inner dimension: k, or as many pairs as hold k values
	a, b       operand
	c          []float32
	ldc        int
	accumulate bool
	bias       []float32
	relu       bool
	where      []float32 // C is zero where this is not above zero; laid out like C

	packed    []float32 // op(B): the panel from column j on holds B[p][j+c] at j*room + p%room*panelWidth + c
	room      int       // how much of the packed inner dimension a panel holds: all, or the latest
	height    int       // rows of a block of C
	colBlocks int
	strips, p int       // of a long product: strips of C, and where the block of the inner dimension begins
	scratch   sync.Pool // of *scratch

	pack, mul, packNext, mulBlock func(from, to int) // the methods, bound once, so that a product allocates nothing
}

// left is rows of op(A) as the micro-kernel takes them: element (i, p) is at i*rowStep + p*colStep.
type left struct {
	at               *float32
	rowStep, colStep int
}

// scratch is that of one core.
type scratch struct {
	strips [stripsPerRow]left
	packed [innerBlock * stripsPerRow * 16]float32
	tile   [14 * 32]float32 // a block of C at the edge, which the micro-kernel would overrun
}

var gemms = sync.Pool{New: func() any {
	g := new(gemm)
	g.pack, g.mul, g.packNext, g.mulBlock = g.packPanels, g.blocks, g.packRows, g.blockTiles
	g.scratch.New = func() any { return new(scratch) }
	return g
}}

// newGemm returns a product from the pool, for the kernel in use.
func (p Precision) newGemm(m, n, k int) *gemm {
	g := gemms.Get().(*gemm)
	g.kernels, g.m, g.n, g.k, g.depth = active, m, n, k, k
	if p.InUse() == BFloat16 && paysInPairs(n, k) {
		g.usePairs()
	}
	return g
}

func (g *gemm) run() {
	switch {
	case g.isFew():
		g.multiplyFew()
	case g.isLong():
		g.multiplyLong()
	default:
		g.multiply()
	}
	g.free()
}

// isFew reports whether packing would not pay.
func (g *gemm) isFew() bool {
	return g.m <= fewRows && g.k > 0 && g.b.colStep == 1 && g.lanes <= 16
}

// free puts the product back into the pool.
func (g *gemm) free() {
	g.a.data, g.b.data, g.c, g.bias, g.relu, g.where = nil, nil, nil, nil, false, nil
	gemms.Put(g)
}

func (g *gemm) multiply() {
	panels, blocks := g.plan(1)
	Parallel(panels, 1, g.pack)
	Parallel(blocks, 1, g.mul)
}

// plan makes room for the panels of B and cuts C into blocks, for one of several products of the same size. It returns how many
// panels there are to pack, and then how many blocks to compute.
func (g *gemm) plan(products int) (panels, blocks int) {
	panels = g.makeRoom(g.depth)
	strips := ceil(g.m, g.rows)
	g.colBlocks = ceil(panels, panelsPerCol)
	g.height = g.rows * min(stripsPerRow, max(2, products*strips*g.colBlocks/(blocksPerCPU*runtime.GOMAXPROCS(0))))
	if g.k == 0 {
		panels = 0
	}
	return panels, ceil(g.m, g.height) * g.colBlocks
}

// makeRoom makes room for so much of the inner dimension of the panels of B, and returns how many they are.
func (g *gemm) makeRoom(depth int) (panels int) {
	panels, g.room = ceil(g.n, g.cols), depth
	if need := panels * depth * g.cols; cap(g.packed) < need {
		g.packed = make([]float32, need)
	} else {
		g.packed = g.packed[:need]
	}
	return panels
}

func ceil(a, b int) int { return (a + b - 1) / b }

// blocks computes blocks [from, to) of C.
func (g *gemm) blocks(from, to int) {
	s := g.scratch.Get().(*scratch)
	width := g.cols * panelsPerCol
	for t := from; t < to; t++ {
		i, j := t/g.colBlocks*g.height, t%g.colBlocks*width
		g.block(s, i, min(g.m, i+g.height), j, min(g.n, j+width))
	}
	g.scratch.Put(s)
}

// block computes rows [i, iEnd) and columns [j, jEnd) of C.
func (g *gemm) block(s *scratch, i, iEnd, j, jEnd int) {
	if g.k == 0 && !g.accumulate {
		for r := i; r < iEnd; r++ {
			clear(g.c[r*g.ldc+j : r*g.ldc+jEnd])
		}
	}
	for p := 0; p < g.depth; p += innerBlock {
		g.add(s, i, iEnd, j, jEnd, p)
	}
	g.finish(i, iEnd, j, jEnd)
}

// add adds to rows [i, iEnd) and columns [j, jEnd) of C the products of the block of the inner dimension from p on; without accumulate
// those of the first block replace what C has.
func (g *gemm) add(s *scratch, i, iEnd, j, jEnd, p int) {
	depth := min(innerBlock, g.depth-p)
	for row := i; row < iEnd; row += g.rows {
		s.strips[(row-i)/g.rows] = g.strip(s, row, i, p, depth)
	}
	for col := j; col < jEnd; col += g.cols {
		width := g.panelWidth(col)
		panel := &g.packed[col*g.room+p%g.room*width]
		for row := i; row < iEnd; row += g.rows {
			g.tile(s, s.strips[(row-i)/g.rows], panel, depth, row, col, width, g.accumulate || p > 0)
		}
	}
}

// tile runs the micro-kernel for a panel that has room for width columns, through scratch where it would
// overrun C.
func (g *gemm) tile(s *scratch, a left, panel *float32, depth, row, col, room int, accumulate bool) {
	multiply := g.gemm
	if room < g.cols {
		multiply = g.gemmNarrow
	}
	height, width := min(g.rows, g.m-row), min(room, g.n-col)
	c := g.c[row*g.ldc+col:]
	if height == g.rows && width == room {
		_ = c[(height-1)*g.ldc+width-1]
		multiply(depth, a.at, a.rowStep, a.colStep, panel, &c[0], g.ldc, accumulate)
		return
	}
	multiply(depth, a.at, a.rowStep, a.colStep, panel, &s.tile[0], room, false)
	for r := range height {
		dst, src := c[r*g.ldc:][:width], s.tile[r*room:]
		if accumulate {
			Add(dst, src)
			continue
		}
		copy(dst, src)
	}
}

// finish adds the bias, takes the positive part or clears elements, while the block is in the cache.
func (g *gemm) finish(i, iEnd, j, jEnd int) {
	if g.bias == nil && !g.relu && g.where == nil {
		return
	}
	for r := i; r < iEnd; r++ {
		from, to := r*g.ldc+j, r*g.ldc+jEnd
		row := g.c[from:to]
		switch {
		case g.where != nil:
			ReLUGrad(row, g.where[from:to], row)
		case g.bias == nil:
			for x, v := range row {
				row[x] = max(v, 0)
			}
		case g.relu:
			biasReLU(row, g.bias[j:jEnd])
		default:
			Add(row, g.bias[j:jEnd])
		}
	}
}

// gemmPlain is the micro-kernel in plain Go, 4 x 4.
func gemmPlain(k int, a *float32, aRow, aCol int, b, c *float32, ldc int, accumulate bool) {
	as, bs := slice(a, 3*aRow+(k-1)*aCol+1), slice(b, 4*k)
	var sums [4][4]float32
	for at := 0; len(bs) >= 4; at += aCol {
		b0, b1, b2, b3 := bs[0], bs[1], bs[2], bs[3]
		for r := range sums {
			s, v := &sums[r], as[at+r*aRow]
			s[0] += v * b0
			s[1] += v * b1
			s[2] += v * b2
			s[3] += v * b3
		}
		bs = bs[4:]
	}
	cs := slice(c, 3*ldc+4)
	for r := range sums {
		row := cs[r*ldc : r*ldc+4]
		for i := range row {
			if accumulate {
				row[i] += sums[r][i]
			} else {
				row[i] = sums[r][i]
			}
		}
	}
}

func slice(p *float32, n int) []float32 { return unsafe.Slice(p, n) }
