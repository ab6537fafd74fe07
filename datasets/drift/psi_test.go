package drift

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// Half and half became three fifths and two fifths: by hand 0.1 ln(0.6/0.5) - 0.1 ln(0.4/0.5) = 0.0405465.
func TestPSIByHand(t *testing.T) {
	require.InDelta(t, 0.0405465, PSI([]int{5_000_000, 5_000_000}, []int{6_000_000, 4_000_000}), 1e-7)
	require.Zero(t, PSI([]int{3, 4, 0}, []int{3, 4, 0}))
	require.True(t, math.IsNaN(PSI([]int{0, 0}, []int{1, 2})))
	require.True(t, math.IsNaN(PSI([]int{1, 2}, []int{0, 0})))
	require.True(t, math.IsNaN(PSI(nil, nil)))
}

// It is the sum of both Kullback-Leibler divergences, as gonum has them.
func TestPSIIsTheDivergenceOfJeffreys(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		reference, compared := make([]int, 20), make([]int, 20)
		var q, p []float64
		n, m, bins := 0, 0, 0
		for i := range reference {
			reference[i], compared[i] = rng.IntN(30)*rng.IntN(2), rng.IntN(30)*rng.IntN(2)
			n, m = n+reference[i], m+compared[i]
			if reference[i]+compared[i] > 0 {
				bins++
			}
		}
		for i := range reference {
			if reference[i]+compared[i] > 0 {
				q = append(q, (float64(reference[i])+0.5)/(float64(n)+0.5*float64(bins)))
				p = append(p, (float64(compared[i])+0.5)/(float64(m)+0.5*float64(bins)))
			}
		}
		want := stat.KullbackLeibler(p, q) + stat.KullbackLeibler(q, p)
		require.InDelta(t, want, PSI(reference, compared), 1e-12)
		require.InDelta(t, want, PSI(compared, reference), 1e-12, "both sides are alike")
	}
}

// Two samples of one distribution differ as the doc says, which is what the theory of Yurdakul expects.
func TestPSIOfNoChange(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const bins, n, m, rounds = 50, 7000, 2000, 200
	sum := 0.0
	for range rounds {
		reference, compared := make([]int, bins), make([]int, bins)
		for range n {
			reference[rng.IntN(bins)]++
		}
		for range m {
			compared[rng.IntN(bins)]++
		}
		sum += PSI(reference, compared)
	}
	require.InEpsilon(t, (bins-1)*(1.0/n+1.0/m), sum/rounds, 0.05)
}
