package kernel

import (
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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

func TestNormalize(t *testing.T) {
	const eps, runs = 1e-5, 3
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, n := range sizes[1:] {
			x, grad, gain, bias := draw(rng, runs*n), draw(rng, runs*n), draw(rng, n), draw(rng, n)
			for i := range x {
				x[i] += 100 // far from zero, so that a careless variance would show
			}
			out, dx, dgain, dbias := make([]float32, runs*n), make([]float32, runs*n), clone(gain), clone(bias)
			norms := make([]Norm, runs)
			Normalize(out, x, gain, bias, eps, norms)
			NormalizeGrad(dx, dgain, dbias, x, grad, gain, norms)
			wantGain, wantBias, scales := wide(gain), clone(bias), 0.0
			for r := range runs {
				want := normalizedRun(x[r*n:(r+1)*n], grad[r*n:(r+1)*n], gain, eps)
				scales += want.scale
				for i := range n {
					at, g := r*n+i, float64(gain[i])
					size := want.scale * 1e-5 * (1 + math.Abs(g) + math.Abs(want.product))
					require.InDelta(t, want.xhat[i]*g+float64(bias[i]), float64(out[at]), 2*size)
					require.InDelta(t, want.dx[i], float64(dx[at]), want.scale*2*size+1e-5*want.scale)
					wantGain[i] += float64(grad[at]) * want.xhat[i]
					wantBias[i] += grad[at]
				}
			}
			for i := range n {
				require.InDelta(t, wantGain[i], float64(dgain[i]), scales*5e-5)
			}
			require.Equal(t, wantBias, dbias)
		}
	})
}

// Runs that are together have the bits of each alone.
func TestNormalizeTogether(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, n := range sizes {
			const runs = 29
			x, grad, gain, bias := draw(rng, runs*n), draw(rng, runs*n), draw(rng, n), draw(rng, n)
			clear(x[5*n : 6*n])
			normalize := func(together int) (results [][]float32, norms []Norm) {
				out, dx, dgain, dbias := make([]float32, runs*n), make([]float32, runs*n), clone(gain), clone(bias)
				norms = make([]Norm, runs)
				for at := 0; at < runs; at += together {
					from, to, some := at*n, (at+together)*n, norms[at:at+together]
					Normalize(out[from:to], x[from:to], gain, bias, 1e-5, some)
					NormalizeGrad(dx[from:to], dgain, dbias, x[from:to], grad[from:to], gain, some)
				}
				return [][]float32{out, dx, dgain, dbias}, norms
			}
			want, wantNorms := normalize(1)
			got, norms := normalize(runs)
			require.Equal(t, wantNorms, norms)
			require.Equal(t, want, got)
		}
	})
}

// normalized is a run and its gradient in float64, by the definition.
type normalized struct {
	scale, product float64
	xhat, dx       []float64
}

func normalizedRun(x, grad, gain []float32, eps float64) normalized {
	n := float64(len(x))
	var mean, variance, sum float64
	for _, v := range x {
		mean += float64(v) / n
	}
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean) / n
	}
	run := normalized{scale: 1 / math.Sqrt(variance+eps)}
	h := make([]float64, len(x))
	for i, v := range x {
		run.xhat = append(run.xhat, (float64(v)-mean)*run.scale)
		h[i] = float64(grad[i]) * float64(gain[i])
		sum += h[i] / n
		run.product += h[i] * run.xhat[i] / n
	}
	for i := range x {
		run.dx = append(run.dx, run.scale*(h[i]-sum-run.xhat[i]*run.product))
	}
	return run
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
			for i := range dst {
				require.Equal(t, 2*(a[i]*b[i]), dst[i])
			}
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

func wide(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func clone(x []float32) []float32 { return append([]float32(nil), x...) }

func near(t *testing.T, want float64, got float32) {
	t.Helper()
	require.InDelta(t, want, float64(got), 2e-6*max(1, math.Abs(want)))
}

func TestNothingIsAllocated(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, under which the short form runs, makes pools forget")
	}
	forEach(t, func(t *testing.T) {
		x := make([]float32, 300*300)
		v := make([]float32, 64)
		table, list, gaps := Table{16, v, v, v}, []int32{2, 0}, make([]AdamGap, 2)
		norms := make([]Norm, 1)
		count := 0
		f := func(from, to int) { count += to - from }
		run := func() {
			Float32.Gemm(true, false, 300, 300, 300, x, 300, x, 300, x, 300, false)
			Float32.Gemm(true, false, 70, 80, 1100, x, 70, x, 80, x, 80, false)
			Float32.Gemm(false, false, 9, 300, 300, x, 300, x, 300, x, 300, false)
			BFloat16.Gemm(true, false, 300, 300, 300, x, 300, x, 300, x, 300, false)
			BFloat16.Gemm(false, false, 9, 300, 300, x, 300, x, 300, x, 300, false)
			Adam(v, v, v, v, &AdamStep{Eps: 1})
			table.Adam(list, v, v, v, &AdamStep{Eps: 1})
			table.AdamSettle(list, gaps, 1, false)
			Gather(x, v, 16, list)
			SmallGemm(8, 8, 8, x, 300, 1, x, 300, x, 300, false)
			Dots(v, x, 64, v)
			Normalize(v, v, v, v, 1, norms)
			NormalizeGrad(v, v, v, v, v, v, norms)
			Parallel(10, 100, f)
		}
		run()
		require.Less(t, testing.AllocsPerRun(20, run), 1.0)
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
	for _, name := range []string{"asm_amd64.go", "asm_avx2_amd64.s", "asm_avx512_amd64.s", "asm_bf16_amd64.s"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "run go generate")
	}
}
