package solvers

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// pair is a weight with its gradient, as a node is to a solver.
type pair struct {
	value gorgonia.Value
	grad  gorgonia.Value
}

func (p *pair) Value() gorgonia.Value         { return p.value }
func (p *pair) Grad() (gorgonia.Value, error) { return p.grad, nil }

// denseAdamAR is Algorithm 1 of the paper, line by line, in float64, on all rows at every step.
type denseAdamAR struct {
	alpha, eta  float64
	outside     bool
	theta, m, v [][]float64
	s           []int
	k           int
}

func (a *denseAdamAR) step(g [][]float64) {
	const beta1, beta2, eps = 0.9, 0.999, 1e-8
	a.k++
	k := float64(a.k)
	for p := range a.theta {
		lambda := math.Min(1, float64(a.k-a.s[p]-1)*a.alpha)
		norm := 0.0
		for j := range a.theta[p] {
			gj := 0.0
			if g[p] != nil {
				gj = g[p][j]
			}
			norm += gj * gj
			a.m[p][j] = beta1*a.m[p][j] + (1-beta1)*gj
			a.v[p][j] = beta2*a.v[p][j] + (1-beta2)*gj*gj
			mHat := a.m[p][j] / (1 - math.Pow(beta1, k))
			vHat := a.v[p][j] / (1 - math.Pow(beta2, k))
			root := math.Sqrt(vHat + eps)
			if a.outside {
				root = math.Sqrt(vHat) + eps
			}
			a.theta[p][j] = a.theta[p][j] - lambda*a.theta[p][j] - a.eta*mHat/root
		}
		if norm > 0 {
			a.s[p] = a.k
		}
	}
}

// Rows are touched with gaps of 1 to 2,000 steps, by gradients of 1e-9 to 1e-1, 2 % of them zero.
func TestAdamARIsAlgorithm1(t *testing.T) {
	for _, outside := range []bool{false, true} {
		for _, alpha := range []float64{0, 1e-6, 1e-4, 1e-2, .1, .9} {
			t.Run(fmt.Sprintf("alpha=%v outside=%v", alpha, outside), func(t *testing.T) {
				t.Parallel()
				options := []Option{WithAlpha(alpha)}
				if outside {
					options = append(options, WithEpsOutside())
				}
				s, err := NewAdamAR(options...)
				require.NoError(t, err)
				compareWithAlgorithm1(t, s, &denseAdamAR{alpha: alpha, eta: 1e-3, outside: outside})
			})
		}
	}
}

func compareWithAlgorithm1(t *testing.T, s *AdamAR, dense *denseAdamAR) {
	const rowCount, dim, steps, evaluateEvery = 150, 8, 3000, 700
	rng := rand.New(rand.NewPCG(11, 12))
	table, err := graph.NewTable("t", rowCount, dim)
	require.NoError(t, err)
	table.Initialize(graph.Normal(0.01), rng)
	often, size := make([]float64, rowCount), make([]float64, rowCount)
	for r := range rowCount {
		often[r] = math.Pow(10, -3.3+3.25*rng.Float64())
		size[r] = math.Pow(10, -9+8*rng.Float64())
		dense.theta = append(dense.theta, widen(table.Row(r)))
		dense.m, dense.v = append(dense.m, make([]float64, dim)), append(dense.v, make([]float64, dim))
	}
	dense.s = make([]int, rowCount)
	node := &pair{value: table}
	worst := 0.0
	compare := func(row int, got []float32) {
		for j, want := range dense.theta[row] {
			worst = math.Max(worst, math.Abs(float64(got[j])-want))
		}
	}
	for k := 1; k <= steps; k++ {
		var list []int32
		var values []float32
		g := make([][]float64, rowCount)
		for r := range rowCount {
			if k == 1 && r == 0 || rng.Float64() < often[r] {
				list = append(list, int32(r))
				zero := rng.Float64() < 0.02
				for range dim {
					v := float32(rng.NormFloat64() * size[r])
					if zero {
						v = 0
					}
					values = append(values, v)
				}
				g[r] = widen(values[len(values)-dim:])
			}
		}
		table.Settle(list) // what Lookup does before it reads
		for _, r := range list {
			compare(int(r), table.Floats()[int(r)*dim:int(r+1)*dim])
		}
		grad, err := graph.NewRowGrad(list, values, dim)
		require.NoError(t, err)
		node.grad = grad
		require.NoError(t, s.Step([]gorgonia.ValueGrad{node}))
		dense.step(g)
		if k%evaluateEvery == 0 || k == steps {
			s.SettleAll()
			for r := range rowCount {
				compare(r, table.Floats()[r*dim:(r+1)*dim])
			}
		}
	}
	require.Less(t, worst, 2e-6)
	t.Logf("largest difference %.2g", worst)
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func newDense(values ...float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(1, len(values)), tensor.WithBacking(append([]float32(nil), values...)))
}
