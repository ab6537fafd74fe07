package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// at is element (i, j) of a matrix that may be transposed.
func at(x []float32, ld int, transposed bool, i, j int) float64 {
	if transposed {
		i, j = j, i
	}
	return float64(x[i*ld+j])
}

func TestGemm(t *testing.T) {
	shapes := [][3]int{{1, 1, 1}, {3, 5, 7}, {14, 32, 16}, {15, 33, 17}, {13, 31, 0}, {113, 257, 300}, {6, 16, 600}, {1, 300, 40}, {9, 300, 300}, {300, 1, 257}, {50, 40, 512}, {30, 100, 520}, {512, 16, 20}, {61, 91, 1030}, {13, 128, 1280}}
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, s := range shapes {
			for mode := range 8 {
				transA, transB, accumulate := mode&1 != 0, mode&2 != 0, mode&4 != 0
				m, n, k := s[0], s[1], s[2]
				lda, ldb, ldc := k+3, n+2, n+1 // rows with a gap between
				if transA {
					lda = m + 3
				}
				if transB {
					ldb = k + 2
				}
				a, b, c := draw(rng, (m+k)*lda), draw(rng, (n+k)*ldb), draw(rng, m*ldc)
				want := append([]float32(nil), c...)
				Float32.Gemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
				for i := range m {
					for j := range ldc {
						sum, size := 0.0, 1.0
						if accumulate || j == n {
							sum = float64(want[i*ldc+j])
						}
						for p := 0; p < k && j < n; p++ {
							term := at(a, lda, transA, i, p) * at(b, ldb, transB, p, j)
							sum += term
							size += math.Abs(term)
						}
						require.InDelta(t, sum, float64(c[i*ldc+j]), 1e-6*size, "%v mode %d (%d, %d)", s, mode, i, j)
					}
				}
			}
		}
	})
}

func TestSmallGemm(t *testing.T) {
	shapes := [][3]int{{1, 1, 1}, {8, 16, 4}, {9, 17, 3}, {7, 24, 16}, {24, 7, 16}, {16, 16, 32}, {100, 33, 1}, {3, 5, 0}}
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, s := range shapes {
			for mode := range 4 {
				transA, accumulate := mode&1 != 0, mode&2 != 0
				m, n, k := s[0], s[1], s[2]
				rowStep, colStep, ldb, ldc := k+3, 1, n+2, n+1
				if transA {
					rowStep, colStep = 1, m+3
				}
				a, b, c := draw(rng, (m+3)*(k+3)), draw(rng, (k+1)*ldb), draw(rng, m*ldc)
				before := clone(c)
				SmallGemm(m, n, k, a, rowStep, colStep, b, ldb, c, ldc, accumulate)
				for i := range m {
					for j := range ldc {
						want := 0.0
						if accumulate || j == n {
							want = float64(before[i*ldc+j])
						}
						for p := 0; p < k && j < n; p++ {
							want += float64(a[i*rowStep+p*colStep]) * float64(b[p*ldb+j])
						}
						require.InDelta(t, want, float64(c[i*ldc+j]), 1e-5, "%v mode %d (%d, %d)", s, mode, i, j)
					}
				}
			}
		}
	})
}

func TestDots(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, n := range sizes {
			const rows = 5
			lda := n + 2
			a, x, out := draw(rng, rows*lda), draw(rng, n), make([]float32, rows)
			Dots(out, a, lda, x)
			for i, got := range out {
				want := 0.0
				for j, v := range x {
					want += float64(a[i*lda+j]) * float64(v)
				}
				require.InDelta(t, want, float64(got), 1e-4)
			}
		}
	})
}

func TestLinear(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, s := range [][3]int{{17, 260, 35}, {33, 1030, 70}} {
			rows, in, units := s[0], s[1], s[2]
			x, w, bias, out := draw(rng, rows*in), draw(rng, in*units), draw(rng, units), make([]float32, rows*units)
			for _, relu := range []bool{false, true} {
				for _, b := range [][]float32{nil, bias} {
					Float32.Linear(out, x, w, b, rows, in, units, relu)
					for i, got := range out {
						sum, size := 0.0, 1.0
						for p := range in {
							term := float64(x[i/units*in+p]) * float64(w[p*units+i%units])
							sum += term
							size += math.Abs(term)
						}
						if b != nil {
							sum += float64(b[i%units])
						}
						if relu {
							sum = max(sum, 0)
						}
						require.InDelta(t, sum, float64(got), 1e-6*size)
					}
				}
			}
		}
	})
}

func TestLinearGrad(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, rows := range []int{1, 9, 33} {
			const in, units = 37, 290
			grad, w, x := draw(rng, rows*units), draw(rng, in*units), draw(rng, rows*in)
			product, dx, want := make([]float32, rows*in), make([]float32, rows*in), make([]float32, rows*in)
			Float32.Gemm(false, true, rows, in, units, grad, units, w, units, product, in, false)
			Float32.LinearGrad(dx, grad, w, nil, rows, in, units)
			require.Equal(t, product, dx)
			Float32.LinearGrad(dx, grad, w, x, rows, in, units)
			ReLUGrad(want, x, product)
			require.Equal(t, want, dx)
		}
	})
}

func TestGemmGivesTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, k := range []int{700, 1100} {
			const m, n = 501, 300
			a, b := draw(rng, m*k), draw(rng, k*n)
			product := func(cores int) []float32 {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
				c := make([]float32, m*n)
				Float32.Gemm(false, false, m, n, k, a, k, b, n, c, n, false)
				return c
			}
			all := product(1)
			require.Equal(t, all, product(2))
			require.Equal(t, all, product(5))
			// Every row is the same whatever other rows are computed with it.
			for rows := 1; rows < 20; rows++ {
				few := make([]float32, rows*n)
				Float32.Gemm(false, false, rows, n, k, a[37*k:], k, b, n, few, n, false)
				require.Equal(t, all[37*n:(37+rows)*n], few)
			}
		}
	})
}

func TestTranspose(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for rows := 1; rows <= 34; rows++ {
			for _, columns := range []int{1, 3, 7, 8, 9, 15, 16, 17, 40} {
				srcStride, dstStride := columns+3, rows+2
				src, dst := draw(rng, rows*srcStride), draw(rng, columns*dstStride)
				before := clone(dst)
				transpose(dst, dstStride, src, srcStride, rows, columns)
				for c := range columns {
					for r := range dstStride {
						want := before[c*dstStride+r] // the gaps stay as they are
						if r < rows {
							want = src[r*srcStride+c]
						}
						require.Equal(t, want, dst[c*dstStride+r], "(%d, %d) of (%d, %d)", r, c, rows, columns)
					}
				}
			}
		}
	})
}

// BenchmarkGemm times the products of a step of a DNN; run it with
//
//	go test ./graph/kernel -run '^$' -bench Gemm
func BenchmarkGemm(b *testing.B) {
	const m, n, k = 1024, 512, 384
	x := make([]float32, 1024*512)
	for mode, name := range []string{"NN", "TN", "NT"} {
		for _, p := range []Precision{Float32, BFloat16} {
			b.Run(fmt.Sprint(name, " ", p, " ", Name()), func(b *testing.B) {
				for range b.N {
					switch mode {
					case 0:
						p.Gemm(false, false, m, n, k, x, k, x, n, x, n, false)
					case 1:
						p.Gemm(true, false, k, n, m, x, k, x, n, x, n, false)
					case 2:
						p.Gemm(false, true, m, k, n, x, n, x, n, x, k, false)
					}
				}
				b.ReportMetric(2*m*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
