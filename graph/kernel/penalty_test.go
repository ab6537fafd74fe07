package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPenaltyStepsAreStepsOfAdam compares steps in registers with one call of Adam for each, to the bit.
func TestPenaltyStepsAreStepsOfAdam(t *testing.T) {
	forEach(t, func(t *testing.T) {
		for _, n := range []int{1, 4, 8, 16, 20} {
			for _, outside := range []bool{false, true} {
				t.Run(fmt.Sprint(n, outside), func(t *testing.T) {
					rng := rand.New(rand.NewPCG(1, uint64(n)))
					w, m, v := draw(rng, n), draw(rng, n), draw(rng, n)
					for i := range v {
						v[i] *= v[i]
					}
					w[0], m[0] = 0, 0
					wantW, wantM, wantV, g := clone(w), clone(m), clone(v), make([]float32, n)
					p, penalty := AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, EpsOutside: outside, Keep: 1}, Penalty{L2: 0.01, Nothing: 1e-30}
					var steps []AdamRate
					for i := range 50 {
						steps = append(steps, AdamRate{Rate: 0.01 / float32(1+i), VarianceScale: 1 + 1/float32(1+i)})
					}
					taken := penalty.Steps(w, make([]float32, n), m, v, steps, &p)
					for _, s := range steps[:taken] {
						for i, x := range wantW {
							g[i] = penalty.L2 * x
						}
						step := p
						step.Rate, step.VarianceScale = s.Rate, s.VarianceScale
						Adam(wantW, g, wantM, wantV, &step)
					}
					require.Equal(t, map[bool]int{true: 0, false: 50}[n == 1], taken)
					require.Equal(t, [][]float32{wantW, wantM, wantV}, [][]float32{w, m, v})
				})
			}
		}
	})
}

func TestPenaltyStepsEndWhereNothingIsLeft(t *testing.T) {
	forEach(t, func(t *testing.T) {
		for _, n := range []int{1, 8, 16} {
			last := func(x float32) []float32 {
				row := make([]float32, n)
				row[n-1] = x
				return row
			}
			p, penalty, steps := AdamStep{Beta1: 0.9, Beta2: 0.999, Eps: 1, Keep: 1}, Penalty{L2: 0.01, Nothing: 1e-30}, make([]AdamRate, 7)
			for _, size := range []float32{1e-31, -1e-31, 0} {
				require.Zero(t, penalty.Steps(last(size), make([]float32, n), last(-size), last(1), steps, &p))
			}
			for _, size := range []float32{1e-30, -1e-30} {
				require.NotZero(t, penalty.Steps(last(size), make([]float32, n), last(0), last(1), steps, &p), "a weight is left")
				require.NotZero(t, penalty.Steps(last(0), make([]float32, n), last(size), last(1), steps, &p), "a moment is left")
			}
			require.Zero(t, penalty.Steps(last(1), make([]float32, n), last(1), last(1), nil, &p))
		}
	})
}
