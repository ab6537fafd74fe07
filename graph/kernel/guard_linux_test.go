package kernel

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// guarded returns n floats that end just before a page that must not be touched, or begin just
// behind one.
func guarded(t *testing.T, n int, atEnd bool) []float32 {
	t.Helper()
	page := unix.Getpagesize()
	size := (4*n + page - 1) / page * page
	mapping, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Munmap(mapping)) })
	require.NoError(t, unix.Mprotect(mapping[:page], unix.PROT_NONE))
	require.NoError(t, unix.Mprotect(mapping[page+size:], unix.PROT_NONE))
	from := page
	if atEnd {
		from = page + size - 4*n
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&mapping[from])), n)
}

func TestNothingOutOfBoundsIsTouched(t *testing.T) {
	forEach(t, func(t *testing.T) {
		for _, atEnd := range []bool{false, true} {
			for _, n := range []int{1, 8, 15, 16, 17, 33} {
				w, g, m, v := guarded(t, n, atEnd), guarded(t, n, atEnd), guarded(t, n, atEnd), guarded(t, n, atEnd)
				Axpy(w, g, 2)
				ReLUGrad(w, g, m)
				Mul(w, g, m)
				Scale(w, 2)
				MulAdd(w, g, m)
				ReLU(w, g)
				Exp(w, g)
				Sigmoid(w, g)
				NormalCDF(w, g)
				ColumnSquares(w, g, m)
				ColumnNormalize(w, g, m, v, v)
				ColumnGradSums(w, g, m, v, v)
				ColumnGrad(w, g, m, v, v, v, v)
				Adam(w, g, m, v, &AdamStep{Eps: 1})
				(&Table{n, w, m, v}).AdamSettle([]int32{0}, []AdamGap{{Weights: guarded(t, 3, atEnd), Scales: guarded(t, 3, atEnd)}}, 1, false)
				Penalty{}.Steps(w, g, m, v, make([]AdamRate, 2), &AdamStep{Eps: 1})
				Adagrad(w, g, v, &AdagradStep{Eps: 1})
				const runs = 9 // some together, and one alone
				norms, x, dx := make([]Norm, runs), guarded(t, runs*n, atEnd), guarded(t, runs*n, atEnd)
				Normalize(dx, x, g, v, 1, norms)
				NormalizeGrad(dx, g, m, x, x, g, norms)
				Dots(guarded(t, 3, atEnd), guarded(t, 3*n, atEnd), n, w)
			}
			for _, dim := range []int{1, 8, 16, 20, 32} {
				table := Table{dim, guarded(t, 3*dim, atEnd), guarded(t, 3*dim, atEnd), guarded(t, 3*dim, atEnd)}
				rows := []int32{0, 2}
				grads, factors := guarded(t, 2*dim, atEnd), guarded(t, 2, atEnd)
				table.Adam(rows, grads, factors, factors, &AdamStep{Eps: 1})
				table.Adagrad(rows, grads, factors, factors, &AdagradStep{Eps: 1})
				table.AdamSettle(rows, make([]AdamGap, 2), 1, true)
				Gather(grads, table.W, dim, rows)
				SumRows(grads, table.W, dim, []int32{0, 1, 3}, []int32{0, 2, 1})
				Prefetch(table.W, dim, rows)
			}
			for _, s := range [][3]int{{1, 1, 1}, {14, 32, 5}, {15, 33, 17}, {5, 100, 257}, {17, 150, 20}, {28, 64, 3}} {
				m, n, k := s[0], s[1], s[2]
				a, b, c := guarded(t, m*k, atEnd), guarded(t, k*n, atEnd), guarded(t, m*n, atEnd)
				Float32.Linear(c, a, b, guarded(t, n, atEnd), m, k, n, true)
				Float32.Gemm(true, false, m, n, k, a, m, b, n, c, n, true)
				Float32.Gemm(false, true, m, n, k, a, k, b, k, c, n, false)
				if BFloat16.InUse() == BFloat16 {
					inPairs(false, false, m, n, k, a, k, b, n, c, n, true)
					inPairs(true, false, m, n, k, a, m, b, n, c, n, true)
					inPairs(false, true, m, n, k, a, k, b, k, c, n, false)
				}
				SmallGemm(m, n, k, a, k, 1, b, n, c, n, false)
				SmallGemm(m, n, k, a, 1, m, b, n, c, n, true)
				Transpose(guarded(t, m*k, atEnd), a, m, k)
			}
			for _, s := range [][4]int{{1, 1, 1, 1}, {17, 3, 20, 5}, {33, 20, 1, 24}, {40, 5, 7, 33}} {
				positions, maps, fields, units := s[0], s[1], s[2], s[3]
				xk, x0, w := guarded(t, positions*maps, atEnd), guarded(t, positions*fields, atEnd), guarded(t, maps*fields*units, atEnd)
				y, layer := guarded(t, positions*units, atEnd), NewCIN(positions, maps, fields, units)
				layer.Forward(Float32, y, xk, x0, w)
				layer.Backward(Float32, guarded(t, positions*maps, atEnd), guarded(t, positions*fields, atEnd), guarded(t, maps*fields*units, atEnd), xk, x0, w, y)
			}
		}
	})
}
