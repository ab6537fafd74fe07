package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpAndSigmoid(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 3))
		for _, n := range sizes {
			x := draw(rng, n)
			for i := range x {
				x[i] *= float32(math.Exp(4 * rng.Float64()))
			}
			x[n/2] = []float32{-87, 88, 0, 1e-30, 200, -1e9}[n%6]
			e, s := make([]float32, n), make([]float32, n)
			Exp(e, x)
			Sigmoid(s, x)
			for i, v := range x {
				want := math.Exp(max(-87, min(88, float64(v))))
				require.InEpsilon(t, want, float64(e[i]), 3e-7, "exp(%v)", v)
				want = 1 / (1 + math.Exp(-max(-88, min(87, float64(v)))))
				require.InEpsilon(t, want, float64(s[i]), 4e-7, "sigmoid(%v)", v)
			}
			for i := range x { // an element is rounded in the same way wherever it is
				one := []float32{x[i]}
				Exp(one, one)
				require.Equal(t, e[i], one[0])
			}
		}
		nan := []float32{float32(math.NaN())}
		Exp(nan, nan)
		require.True(t, math.IsNaN(float64(nan[0])), "NaN stays NaN")
		nan[0] = float32(math.NaN())
		Sigmoid(nan, nan)
		require.True(t, math.IsNaN(float64(nan[0])), "NaN stays NaN")
	})
}

func TestColumns(t *testing.T) {
	forEach(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 4))
		for _, n := range sizes {
			x, mean, factor, bias, grad, b := draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n), draw(rng, n)
			squares, out, sums, products, dx := clone(bias), make([]float32, n), clone(bias), clone(factor), make([]float32, n)
			ColumnSquares(squares, x, mean)
			ColumnNormalize(out, x, mean, factor, bias)
			ColumnGradSums(sums, products, x, grad, mean)
			ColumnGrad(dx, x, grad, mean, bias, b, factor)
			product, relu := clone(bias), make([]float32, n)
			MulAdd(product, x, grad)
			ReLU(relu, x)
			for i := range x {
				d, g := float64(x[i])-float64(mean[i]), float64(grad[i])
				near(t, float64(bias[i])+d*d, squares[i])
				near(t, d*float64(factor[i])+float64(bias[i]), out[i])
				near(t, float64(bias[i])+g, sums[i])
				near(t, float64(factor[i])+g*d, products[i])
				near(t, (g-float64(bias[i])-d*float64(b[i]))*float64(factor[i]), dx[i])
				near(t, float64(bias[i])+float64(x[i])*g, product[i])
				require.Equal(t, max(x[i], 0), relu[i])
			}
		}
	})
}

func TestTanh(t *testing.T) {
	x := []float32{0, 1e-20, -1e-4, 0.3, 0.6249, 0.6251, -0.7, 1, -2, 5, 9, -30, 100, float32(math.Inf(1)), float32(math.Inf(-1))}
	for v := float32(-4); v < 4; v += 0.0101 {
		x = append(x, v)
	}
	got := make([]float32, len(x))
	Tanh(got, x)
	for i, v := range x {
		want := math.Tanh(float64(v))
		require.InDelta(t, want, float64(got[i]), 2.5e-7*math.Abs(want), "tanh %v", v)
	}
	Tanh(got[:1], []float32{float32(math.NaN())})
	require.True(t, math.IsNaN(float64(got[0])))
}
