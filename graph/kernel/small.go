package kernel

// maskTable holds the mask of w columns at 16-w.
var maskTable = [32]int32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

func mask(columns int) *int32 { return &maskTable[16-columns] }

const (
	smallRows   = 8 // rows of C in the micro-kernel of SmallGemm
	wideColumns = 8 // vectors of columns in that of a single row
)

// SmallGemm computes C (m, n) = A (m, k) B (k, n), or C += with accumulate, on one core, for matrices so
// small that packing them would not pay. Element (i, p) of A is at a[i*rowStep+p*colStep], so that A may be
// transposed; rows of B and C begin ldb and ldc elements apart. The sums over k have the same order for
// every element.
func SmallGemm(m, n, k int, a []float32, rowStep, colStep int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	_ = c[(m-1)*ldc+n-1]
	if k == 0 || active.lanes > 16 {
		smallPlain(m, n, k, a, rowStep, colStep, b, ldb, c, ldc, accumulate)
		return
	}
	_, _ = a[(m-1)*rowStep+(k-1)*colStep], b[(k-1)*ldb+n-1]
	for col := 0; col < n; col += active.lanes {
		columns := mask(min(active.lanes, n-col))
		row := 0
		for ; row+smallRows <= m; row += smallRows {
			active.small(k, &a[row*rowStep], rowStep, colStep, &b[col], ldb, &c[row*ldc+col], ldc, accumulate, columns)
		}
		for ; row < m; row++ {
			active.smallRow(k, &a[row*rowStep], rowStep, colStep, &b[col], ldb, &c[row*ldc+col], ldc, accumulate, columns)
		}
	}
}

// fewRows is the number of rows of C up to which packing B would take longer than the product.
const fewRows = 2 * smallRows

// multiplyFew computes the product for few rows, without packing. The sums are those of the micro-kernel, to
// the bit.
func (g *gemm) multiplyFew() {
	if g.pairs != nil {
		g.multiplyFewPairs()
		return
	}
	wide := 0
	if g.m%smallRows != 0 {
		wide = g.n / (wideColumns * g.lanes) * (wideColumns * g.lanes)
	}
	rows := g.m / smallRows * smallRows // those that the kernel of several rows takes
	for p := 0; p < g.k; p += innerBlock {
		depth, accumulate := min(innerBlock, g.k-p), g.accumulate || p > 0
		a, b := g.a.data[p*g.a.colStep:], g.b.data[p*g.b.rowStep:]
		SmallGemm(rows, wide, depth, a, g.a.rowStep, g.a.colStep, b, g.b.rowStep, g.c, g.ldc, accumulate)
		for row := rows; row < g.m; row++ {
			for col := 0; col < wide; col += wideColumns * g.lanes {
				g.wide(depth, &a[row*g.a.rowStep], g.a.colStep, &b[col], g.b.rowStep, &g.c[row*g.ldc+col], accumulate)
			}
		}
		if wide < g.n {
			SmallGemm(g.m, g.n-wide, depth, a, g.a.rowStep, g.a.colStep, b[wide:], g.b.rowStep, g.c[wide:], g.ldc, accumulate)
		}
	}
	g.finish(0, g.m, 0, g.n)
}

func smallPlain(m, n, k int, a []float32, rowStep, colStep int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	for i := range m {
		row := c[i*ldc:][:n]
		if !accumulate {
			clear(row)
		}
		for p := range k {
			v := a[i*rowStep+p*colStep]
			for j, w := range b[p*ldb:][:n] {
				row[j] += v * w
			}
		}
	}
}

// Dots sets each out_i to the dot product of row i of a (rows, len(x)), whose rows begin lda elements apart,
// with x.
func Dots(out, a []float32, lda int, x []float32) {
	if len(out) == 0 {
		return
	}
	n := len(x)
	if n == 0 {
		clear(out)
		return
	}
	_ = a[(len(out)-1)*lda+n-1]
	if active.lanes <= 16 {
		active.dots(len(out), n, &a[0], lda, &x[0], &out[0], mask(n-active.whole(n)))
		return
	}
	for i := range out {
		var sum float32
		for j, v := range a[i*lda:][:n] {
			sum += v * x[j]
		}
		out[i] = sum
	}
}
