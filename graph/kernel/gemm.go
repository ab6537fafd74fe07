package kernel

import "sync"

const (
	rowsPerTile = 32  // rows of C that one core computes at a time
	innerBlock  = 256 // length of a packed block of the inner dimension
	microRows   = 4   // rows of C in registers
	microCols   = 4
)

// Gemm is C (m, n) = op(A) (m, k) op(B) (k, n), or C += with accumulate, for row-major matrices
// whose rows begin lda, ldb and ldc elements apart; op transposes where asked. The sums over k
// are taken in the same order for every element.
func Gemm(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	g := gemms.Get().(*gemm)
	g.transA, g.transB, g.m, g.n, g.k = transA, transB, m, n, k
	g.a, g.lda, g.b, g.ldb, g.c, g.ldc, g.accumulate = a, lda, b, ldb, c, ldc, accumulate
	g.packB()
	Parallel(m, rowsPerTile, g.tile)
	g.a, g.b, g.c = nil, nil, nil
	gemms.Put(g)
}

// Linear is out (rows, units) = x (rows, in) w (in, units) + bias (units), with relu the positive
// part of it. A bias of nil counts as zeros.
func Linear(out, x, w, bias []float32, rows, in, units int, relu bool) {
	Gemm(false, false, rows, units, in, x, in, w, units, out, units, false)
	if bias == nil && !relu {
		return
	}
	for r := range rows {
		row := out[r*units : (r+1)*units]
		if bias != nil {
			Add(row, bias)
		}
		if relu {
			for i, v := range row {
				row[i] = max(v, 0)
			}
		}
	}
}

// gemm is one product in progress.
type gemm struct {
	transA, transB bool
	m, n, k        int
	a, b, c        []float32
	lda, ldb, ldc  int
	accumulate     bool
	packed         []float32          // op(B), in panels of microCols columns
	tile           func(from, to int) // the method, bound once
}

var gemms = sync.Pool{New: func() any {
	g := new(gemm)
	g.tile = g.rows
	return g
}}

// packB lays op(B) out in panels of microCols columns, padded with zeros: panel j holds
// B[p][j*microCols+c] at (j*k+p)*microCols+c.
func (g *gemm) packB() {
	panels := (g.n + microCols - 1) / microCols
	if need := panels * g.k * microCols; cap(g.packed) < need {
		g.packed = make([]float32, need)
	} else {
		g.packed = g.packed[:need]
	}
	rowStep, colStep := g.ldb, 1
	if g.transB {
		rowStep, colStep = 1, g.ldb
	}
	for j := range panels {
		panel := g.packed[j*g.k*microCols : (j+1)*g.k*microCols]
		width := min(microCols, g.n-j*microCols)
		for p := range g.k {
			dst := panel[p*microCols : (p+1)*microCols]
			clear(dst)
			at := p*rowStep + j*microCols*colStep
			for c := range width {
				dst[c] = g.b[at+c*colStep]
			}
		}
	}
}

// rows computes rows [from, to) of C.
func (g *gemm) rows(from, to int) {
	var a [innerBlock * microRows]float32
	for i := from; i < to; i += microRows {
		height := min(microRows, to-i)
		for p := 0; p < max(g.k, 1); p += innerBlock {
			depth := min(innerBlock, g.k-p)
			g.packA(a[:depth*microRows], i, height, p)
			for j := 0; j < g.n; j += microCols {
				panel := g.packed[j*g.k+p*microCols:][:depth*microCols]
				var sums [microRows][microCols]float32
				micro(&sums, a[:depth*microRows], panel)
				g.store(&sums, i, height, j, g.accumulate || p > 0)
			}
		}
	}
}

// packA lays a strip of op(A) out so that the microRows values of one p stand together.
func (g *gemm) packA(dst []float32, i, height, p int) {
	rowStep, colStep := g.lda, 1
	if g.transA {
		rowStep, colStep = 1, g.lda
	}
	clear(dst)
	for r := range height {
		at := (i+r)*rowStep + p*colStep
		for q := r; q < len(dst); q += microRows {
			dst[q] = g.a[at]
			at += colStep
		}
	}
}

// micro multiplies a strip of A by a panel of B.
func micro(sums *[microRows][microCols]float32, a, b []float32) {
	for len(a) >= microRows && len(b) >= microCols {
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		for r, v := range a[:microRows] {
			s := &sums[r]
			s[0] += v * b0
			s[1] += v * b1
			s[2] += v * b2
			s[3] += v * b3
		}
		a, b = a[microRows:], b[microCols:]
	}
}

func (g *gemm) store(sums *[microRows][microCols]float32, i, height, j int, accumulate bool) {
	width := min(microCols, g.n-j)
	for r := range height {
		row := g.c[(i+r)*g.ldc+j:][:width]
		for c := range row {
			if accumulate {
				row[c] += sums[r][c]
			} else {
				row[c] = sums[r][c]
			}
		}
	}
}
