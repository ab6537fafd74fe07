package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// forEach runs a test once with each kernel of this processor.
func forEach(t *testing.T, test func(t *testing.T)) {
	was := active
	defer func() { active = was }()
	for _, k := range available() {
		active = k
		t.Run(k.name, test)
	}
}

var sizes = []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 1000}

func draw(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// at is element (i, j) of a matrix that may be transposed.
func at(x []float32, ld int, transposed bool, i, j int) float64 {
	if transposed {
		i, j = j, i
	}
	return float64(x[i*ld+j])
}

func TestGemm(t *testing.T) {
	shapes := [][3]int{{1, 1, 1}, {3, 5, 7}, {14, 32, 16}, {15, 33, 17}, {13, 31, 0}, {113, 257, 300}, {6, 16, 600}, {1, 300, 40}, {9, 300, 300}, {300, 1, 257}, {50, 40, 512}}
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
				Gemm(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
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

func TestDotsAndTranspose(t *testing.T) {
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
			transposed := make([]float32, rows*n)
			Transpose(transposed, a, rows, n)
			require.Equal(t, a[2*n+n-1], transposed[(n-1)*rows+2])
		}
	})
}

func TestNorm(t *testing.T) {
	const eps = 1e-5
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, n := range sizes[1:] {
			x, gain, bias, grad := draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n)
			for i := range x {
				x[i] += 100 // far from zero, so that a careless variance would show
			}
			var mean, variance, sum, product float64
			for _, v := range x {
				mean += float64(v) / float64(n)
			}
			for _, v := range x {
				variance += (float64(v) - mean) * (float64(v) - mean) / float64(n)
			}
			scale := 1 / math.Sqrt(variance+eps)
			xhat := func(i int) float64 { return (float64(x[i]) - mean) * scale }
			for i := range x {
				h := float64(grad[i]) * float64(gain[i])
				sum += h / float64(n)
				product += h * xhat(i) / float64(n)
			}
			norm := NormOf(x, eps)
			out, dx, dgain, dbias := make([]float32, n), make([]float32, n), clone(gain), clone(bias)
			norm.Apply(out, x, gain, bias)
			norm.Gradient(dx, dgain, dbias, x, grad, gain)
			for i := range x {
				size := scale * 1e-5 * (1 + math.Abs(float64(gain[i])) + math.Abs(product))
				require.InDelta(t, xhat(i)*float64(gain[i])+float64(bias[i]), float64(out[i]), 2*size)
				require.InDelta(t, scale*(float64(grad[i])*float64(gain[i])-sum-xhat(i)*product), float64(dx[i]), scale*2*size+1e-5*scale)
				require.InDelta(t, float64(gain[i])+float64(grad[i])*xhat(i), float64(dgain[i]), scale*5e-5)
				require.Equal(t, bias[i]+grad[i], dbias[i])
			}
		}
	})
}

func TestLinear(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		const rows, in, units = 17, 260, 35
		x, w, bias, out := draw(rng, rows*in), draw(rng, in*units), draw(rng, units), make([]float32, rows*units)
		for _, relu := range []bool{false, true} {
			for _, b := range [][]float32{nil, bias} {
				Linear(out, x, w, b, rows, in, units, relu)
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
	})
}

func TestVectors(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2, 2))
		for _, n := range sizes {
			a, b := draw(rng, n), draw(rng, n)
			dst := append([]float32(nil), a...)
			Axpy(dst, b, 2.5)
			for i := range dst {
				require.InDelta(t, float64(a[i])+2.5*float64(b[i]), float64(dst[i]), 1e-6)
			}
			Add(dst, a)
			for i := range dst {
				require.InDelta(t, 2*float64(a[i])+2.5*float64(b[i]), float64(dst[i]), 2e-6)
			}
			ReLUGrad(dst, a, b)
			for i := range dst {
				want := float32(0)
				if a[i] > 0 {
					want = b[i]
				}
				require.Equal(t, want, dst[i])
			}
			Mul(dst, a, b)
			require.Equal(t, a[n-1]*b[n-1], dst[n-1])
			Scale(dst, 2)
			require.Equal(t, 2*(a[n-1]*b[n-1]), dst[n-1])
		}
		x := draw(rng, 33*17)
		sums := make([]float32, 17)
		ColumnSums(sums, x, 33, 17)
		for j := range sums {
			want := 0.0
			for r := range 33 {
				want += float64(x[r*17+j])
			}
			require.InDelta(t, want, float64(sums[j]), 1e-5)
		}
	})
}

// root64 is the denominator in float64.
func root64(x, eps float64, outside bool) float64 {
	if outside {
		return math.Sqrt(x) + eps
	}
	return math.Sqrt(x + eps)
}

func TestRowsOfSolvers(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 3))
		for _, n := range sizes {
			for _, outside := range []bool{false, true} {
				w, g, m, v := draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n)
				for i := range v {
					v[i] *= v[i]
				}
				step := AdamStep{Beta1: .9, Beta2: .99, Rate: .1, VarianceScale: 3, Eps: 1e-3, EpsOutside: outside, Keep: .75}
				gap := AdamGap{Keep: .5, DecayM: .25, DecayV: .125, Weights: []float32{.1, .2, .3}, Scales: []float32{1, 2, 4}, Eps: 1e-3, EpsOutside: outside}
				grad := AdagradStep{Rate: .1, Eps: 1e-3, EpsOutside: outside, Keep: .75}
				w1, m1, v1 := clone(w), clone(m), clone(v)
				w2, m2, v2 := clone(w), clone(m), clone(v)
				w3, v3 := clone(w), clone(v)
				Adam(w1, g, m1, v1, &step)
				AdamSettle(w2, m2, v2, &gap)
				Adagrad(w3, g, v3, &grad)
				for i := range w {
					wi, gi, mi, vi := float64(w[i]), float64(g[i]), float64(m[i]), float64(v[i])
					am, av := .9*mi+.1*gi, .99*vi+.01*gi*gi
					near(t, am, m1[i])
					near(t, av, v1[i])
					near(t, .75*wi-.1*am/root64(3*av, 1e-3, outside), w1[i])
					tail := .1/root64(vi, 1e-3, outside) + .2/root64(2*vi, 1e-3, outside) + .3/root64(4*vi, 1e-3, outside)
					near(t, .5*wi-mi*tail, w2[i])
					near(t, .25*mi, m2[i])
					near(t, .125*vi, v2[i])
					near(t, .75*wi-.1*gi/root64(vi+gi*gi, 1e-3, outside), w3[i])
					near(t, vi+gi*gi, v3[i])
				}
				AdamSettle(w2, m2, v2, &AdamGap{Keep: 1, DecayM: 1, DecayV: 1, Eps: 1}) // no terms
			}
		}
	})
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

func near(t *testing.T, want float64, got float32) {
	t.Helper()
	require.InDelta(t, want, float64(got), 2e-6*max(1, math.Abs(want)))
}

func TestGemmGivesTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		const m, n, k = 501, 300, 700
		a, b := draw(rng, m*k), draw(rng, k*n)
		product := func(cores int) []float32 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			c := make([]float32, m*n)
			Gemm(false, false, m, n, k, a, k, b, n, c, n, false)
			return c
		}
		all := product(1)
		require.Equal(t, all, product(2))
		// Every row is the same whatever other rows are computed with it.
		for rows := 1; rows < 20; rows++ {
			few := make([]float32, rows*n)
			Gemm(false, false, rows, n, k, a[37*k:], k, b, n, few, n, false)
			require.Equal(t, all[37*n:(37+rows)*n], few)
		}
	})
}

func TestNothingIsAllocated(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, under which the short form runs, makes pools forget")
	}
	forEach(t, func(t *testing.T) {
		x := make([]float32, 300*300)
		v := make([]float32, 64)
		count := 0
		f := func(from, to int) { count += to - from }
		run := func() {
			Gemm(true, false, 300, 300, 300, x, 300, x, 300, x, 300, false)
			Gemm(false, false, 9, 300, 300, x, 300, x, 300, x, 300, false)
			Adam(v, v, v, v, &AdamStep{Eps: 1})
			AdamSettle(v, v, v, &AdamGap{Eps: 1})
			SmallGemm(8, 8, 8, x, 300, 1, x, 300, x, 300, false)
			Dots(v, x, 64, v)
			NormOf(v, 1).Gradient(v, v, v, v, v, v)
			Parallel(10, 100, f)
		}
		run()
		require.Less(t, testing.AllocsPerRun(20, run), 1.0)
	})
}

func TestParallel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, n := range []int{0, 1, 5, 6, 1000} {
		done := make([]int32, n)
		Parallel(n, 5, func(from, to int) {
			require.Zero(t, from%5)
			Parallel(to-from, 1, func(i, _ int) { done[from+i]++ }) // nested
		})
		for _, d := range done {
			require.Equal(t, int32(1), d)
		}
	}
	require.PanicsWithValue(t, "boom", func() {
		Parallel(100, 1, func(from, _ int) {
			if from == 50 {
				panic("boom")
			}
		})
	})
}

func TestForcedKernel(t *testing.T) {
	k, err := choose("go")
	require.NoError(t, err)
	require.Equal(t, "go", k.name)
	k, err = choose("sse")
	require.ErrorContains(t, err, "CTRZOO_KERNEL=sse: this processor has ")
	require.Equal(t, available()[0].name, k.name)
	require.NotEmpty(t, Name())
}

func TestGeneratedFilesAreCurrent(t *testing.T) {
	dir := t.TempDir()
	gen := filepath.Join(dir, "gen")
	out, err := exec.Command("go", "build", "-o", gen, "./gen").CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.Command(gen)
	cmd.Dir = dir
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	for _, name := range []string{"asm_amd64.go", "asm_avx2_amd64.s", "asm_avx512_amd64.s"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate")
	}
}

// BenchmarkGemm times the products of a step of a DNN; run it with
//
//	go test ./graph/kernel -run '^$' -bench Gemm
func BenchmarkGemm(b *testing.B) {
	const m, n, k = 1024, 512, 384
	x := make([]float32, 1024*512)
	for mode, name := range []string{"NN", "TN", "NT"} {
		b.Run(fmt.Sprint(name, " ", Name()), func(b *testing.B) {
			for range b.N {
				switch mode {
				case 0:
					Gemm(false, false, m, n, k, x, k, x, n, x, n, false)
				case 1:
					Gemm(true, false, k, n, m, x, k, x, n, x, n, false)
				case 2:
					Gemm(false, true, m, k, n, x, n, x, n, x, k, false)
				}
			}
			b.ReportMetric(2*m*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
