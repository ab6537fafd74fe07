package kernel

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// needPairs skips a test where products in bfloat16 are not to be had.
func needPairs(t *testing.T) {
	t.Helper()
	if BFloat16.InUse() != BFloat16 {
		t.Skip("this processor has no AVX512_BF16, or a kernel is forced")
	}
}

// inPairs is Gemm in bfloat16 for any size, also where that does not pay.
func inPairs(transA, transB bool, m, n, k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc int, accumulate bool) {
	g := Float32.newGemm(m, n, k)
	g.usePairs()
	g.a, g.b, g.c, g.ldc, g.accumulate = newOperand(a, lda, transA), newOperand(b, ldb, transB), c, ldc, accumulate
	g.run()
}

// roundedTo rounds to bfloat16 by the definition: of the two nearest neighbours with 16 zero bits the nearer, or the even one.
func roundedTo(x float64) float64 {
	_, exponent := math.Frexp(x)
	unit := math.Ldexp(1, exponent-8)
	return math.RoundToEven(x/unit) * unit
}

func allRounded(x []float32) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(roundedTo(float64(v)))
	}
	return out
}

func TestProductsInBFloat16(t *testing.T) {
	needPairs(t)
	shapes := [][3]int{{1, 1, 1}, {2, 3, 2}, {3, 5, 7}, {8, 16, 33}, {14, 32, 16}, {15, 33, 17}, {16, 130, 31}, {113, 257, 300}, {6, 16, 600}, {1, 300, 41}, {9, 300, 515}, {300, 1, 257}, {50, 40, 512}, {30, 100, 1025}, {512, 16, 20}, {29, 49, 48}}
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
			want, roundedA, roundedB := clone(c), allRounded(a), allRounded(b)
			inPairs(transA, transB, m, n, k, a, lda, b, ldb, c, ldc, accumulate)
			for i := range m {
				for j := range ldc {
					sum, size := 0.0, 1.0
					if accumulate || j == n {
						sum = float64(want[i*ldc+j])
					}
					for p := 0; p < k && j < n; p++ {
						term := at(roundedA, lda, transA, i, p) * at(roundedB, ldb, transB, p, j)
						sum += term
						size += math.Abs(term)
					}
					require.InDelta(t, sum, float64(c[i*ldc+j]), 1e-6*size, "%v mode %d (%d, %d)", s, mode, i, j)
				}
			}
		}
	}
}

func TestRoundingIsToTheNearestAndToEven(t *testing.T) {
	needPairs(t)
	values := []float32{0, 1, -1, 1 + 1./256, 1 + 3./256, 1 + 1./256 + 1./65536, -1 - 1./256, 3e38, 1e-30, 257, 259, 0.1}
	for _, v := range values {
		for _, transposed := range []bool{false, true} {
			c := []float32{7}
			inPairs(false, transposed, 1, 1, 1, []float32{v}, 1, []float32{1}, 1, c, 1, false)
			require.Equal(t, float32(roundedTo(float64(v))), c[0])
		}
	}
	c := []float32{7}
	inPairs(false, false, 1, 1, 1, []float32{float32(math.NaN())}, 1, []float32{1}, 1, c, 1, false)
	require.True(t, math.IsNaN(float64(c[0])))
	inPairs(false, false, 1, 1, 1, []float32{float32(math.Inf(-1))}, 1, []float32{1}, 1, c, 1, false)
	require.True(t, math.IsInf(float64(c[0]), -1))
}

func TestProductsInBFloat16HaveTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	needPairs(t)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, k := range []int{1, 31, 700, 1500} {
		const m, n = 501, 300
		a, b := draw(rng, m*k), draw(rng, k*n)
		transposed := make([]float32, n*k)
		Transpose(transposed, b, k, n)
		product := func(cores int) []float32 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			c := make([]float32, m*n)
			inPairs(false, false, m, n, k, a, k, b, n, c, n, false)
			return c
		}
		all := product(1)
		for _, cores := range []int{2, 3, 8} {
			require.Equal(t, all, product(cores))
		}
		c := make([]float32, m*n)
		inPairs(false, true, m, n, k, a, k, transposed, k, c, n, false)
		require.Equal(t, all, c)
		// Every row is the same whatever other rows are computed with it.
		for rows := 1; rows < 20; rows++ {
			few := make([]float32, rows*n)
			inPairs(false, false, rows, n, k, a[37*k:], k, b, n, few, n, false)
			require.Equal(t, all[37*n:(37+rows)*n], few)
		}
	}
}

func TestLayersInBFloat16AreTheirProducts(t *testing.T) {
	needPairs(t)
	rng := rand.New(rand.NewPCG(1, 1))
	for _, rows := range []int{1, 9, 33} {
		const in, units, groups = 37, 290, 3
		x, w, bias, grad := draw(rng, rows*in), draw(rng, in*units), draw(rng, units), draw(rng, rows*units)
		product, out := make([]float32, rows*units), make([]float32, rows*units)
		inPairs(false, false, rows, units, in, x, in, w, units, product, units, false)
		for i := range product {
			product[i] = max(0, product[i]+bias[i%units])
		}
		BFloat16.Linear(out, x, w, bias, rows, in, units, true)
		require.Equal(t, product, out)

		dx, want := make([]float32, rows*in), make([]float32, rows*in)
		inPairs(false, true, rows, in, units, grad, units, w, units, dx, in, false)
		ReLUGrad(want, x, dx)
		BFloat16.LinearGrad(dx, grad, w, x, rows, in, units)
		require.Equal(t, want, dx)

		many, all := draw(rng, groups*rows*in), make([]float32, groups*rows*units)
		BFloat16.GroupedGemm(groups, rows, units, in, Group{many, in, rows * in, false}, Group{w, units, 0, false}, Group{all, units, rows * units, false}, nil)
		for g := range groups {
			BFloat16.Gemm(false, false, rows, units, in, many[g*rows*in:], in, w, units, out, units, false)
			require.Equal(t, out, all[g*rows*units:][:rows*units])
		}
	}
}

func TestNarrowProductsStayFloat32(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, s := range [][3]int{{100, 1, 300}, {100, 300, 1}} {
		m, n, k := s[0], s[1], s[2]
		a, b, want, got := draw(rng, m*k), draw(rng, k*n), make([]float32, m*n), make([]float32, m*n)
		Float32.Gemm(false, false, m, n, k, a, k, b, n, want, n, false)
		BFloat16.Gemm(false, false, m, n, k, a, k, b, n, got, n, false)
		require.Equal(t, want, got)
	}
}

func TestWithoutTheInstructionProductsAreFloat32(t *testing.T) {
	forEach(t, func(t *testing.T) {
		if active.bfloat16 != nil {
			without := *active
			without.bfloat16 = nil
			active = &without
		}
		require.Equal(t, Float32, BFloat16.InUse())
		require.ErrorIs(t, BFloat16.Available(), ErrUnavailable)
		require.NoError(t, Float32.Available())
		const m, n, k = 40, 50, 60
		rng := rand.New(rand.NewPCG(1, 1))
		a, b, want, got := draw(rng, m*k), draw(rng, k*n), make([]float32, m*n), make([]float32, m*n)
		Float32.Gemm(false, false, m, n, k, a, k, b, n, want, n, false)
		BFloat16.Gemm(false, false, m, n, k, a, k, b, n, got, n, false)
		require.Equal(t, want, got)
	})
}

func TestPrecisionsHaveNames(t *testing.T) {
	for _, p := range []Precision{Float32, BFloat16} {
		parsed, err := ParsePrecision(p.String())
		require.NoError(t, err)
		require.Equal(t, p, parsed)
		require.NoError(t, p.Check())
		text, err := json.Marshal(p)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &parsed))
		require.Equal(t, p, parsed)
	}
	_, err := ParsePrecision("fp8")
	require.ErrorIs(t, err, ErrPrecision)
	require.EqualError(t, err, `unknown precision "fp8": want float32 or bf16`)
	require.Error(t, Precision(7).Check())
	require.Equal(t, Float32, Float32.InUse())
}
