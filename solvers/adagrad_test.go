package solvers

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// Against the formulas of the doc comments in float64, every row at every step.
func TestAdagradAgainstItsFormula(t *testing.T) {
	const steps, rowCount, dim = 1000, 40, 3
	for _, c := range []struct {
		name    string
		solver  gorgonia.Solver
		lambda  func(interval int) float64
		eps     float64
		outside bool
	}{
		{"Adagrad", must[*Adagrad](t)(NewAdagrad()), func(int) float64 { return 0 }, 1e-10, true},
		{"Adagrad inside", must[*Adagrad](t)(NewAdagrad(WithEps(1e-6), WithEpsInside())), func(int) float64 { return 0 }, 1e-6, false},
		{"AdagradW", must[*AdagradW](t)(NewAdagradW(WithWeightDecay(.01))), func(int) float64 { return 0.01 }, 1e-10, true},
		{"AdagradAR", must[*AdagradAR](t)(NewAdagradAR(WithAlpha(1e-3))), func(i int) float64 { return math.Min(1, 1e-3*float64(i)) }, 1e-10, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 9))
			table, err := graph.NewTable("t", rowCount, dim)
			require.NoError(t, err)
			table.Initialize(graph.Normal(0.1), rng)
			w := widen(table.Floats())
			v, s := make([]float64, len(w)), make([]int, rowCount)
			for k := 1; k <= steps; k++ {
				var rows []int32
				var values []float32
				for r := range rowCount {
					touched := rng.Float64() < 1/float64(1+10*r)
					lambda := c.lambda(k - s[r] - 1)
					for j := r * dim; j < (r+1)*dim; j++ {
						g := 0.0
						if touched {
							values = append(values, float32(rng.NormFloat64()*1e-2))
							g = float64(values[len(values)-1])
						}
						v[j] += g * g
						root := math.Sqrt(v[j] + c.eps)
						if c.outside {
							root = math.Sqrt(v[j]) + c.eps
						}
						w[j] -= lambda*w[j] + 1e-2*g/root
					}
					if touched {
						rows, s[r] = append(rows, int32(r)), k
					}
				}
				table.Settle(rows)
				g, err := graph.NewRowGrad(rows, values, dim)
				require.NoError(t, err)
				require.NoError(t, c.solver.Step([]gorgonia.ValueGrad{&pair{table, g}}))
			}
			table.SettleAll()
			require.InDeltaSlice(t, w, widen(table.Floats()), 3e-6)
		})
	}
}
