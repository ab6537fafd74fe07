package experiment

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// kernel of the Mann-Whitney statistic.
func wins(positive, negative float32) float64 {
	switch {
	case positive > negative:
		return 1
	case positive == negative:
		return 0.5
	}
	return 0
}

// byDefinition is DeLong's variance as the paper defines it: from the structural components V10 of
// each positive and V01 of each negative, in O(positives x negatives).
func byDefinition(a, b, labels []float32) (variance float64) {
	components := func(scores []float32) (v10, v01 []float64) {
		var positives, negatives []float32
		for i, s := range scores {
			if labels[i] > 0 {
				positives = append(positives, s)
			} else {
				negatives = append(negatives, s)
			}
		}
		v10, v01 = make([]float64, len(positives)), make([]float64, len(negatives))
		for i, p := range positives {
			for j, n := range negatives {
				v10[i] += wins(p, n) / float64(len(negatives))
				v01[j] += wins(p, n) / float64(len(positives))
			}
		}
		return v10, v01
	}
	a10, a01 := components(a)
	b10, b01 := components(b)
	covariance := func(x, y []float64) (s float64) {
		var mx, my float64
		for i := range x {
			mx += x[i] / float64(len(x))
			my += y[i] / float64(len(x))
		}
		for i := range x {
			s += (x[i] - mx) * (y[i] - my) / float64(len(x)-1)
		}
		return s
	}
	m, n := float64(len(a10)), float64(len(a01))
	s10 := covariance(a10, a10) + covariance(b10, b10) - 2*covariance(a10, b10)
	s01 := covariance(a01, a01) + covariance(b01, b01) - 2*covariance(a01, b01)
	return s10/m + s01/n
}

func TestDeLongByItsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		n := 20 + rng.IntN(100)
		a, b, labels := make([]float32, n), make([]float32, n), make([]float32, n)
		for i := range a {
			labels[i] = float32(rng.IntN(2))
			common := rng.NormFloat64()
			a[i] = float32(math.Round(2*(common+rng.NormFloat64()))) + labels[i] // rounded: many ties
			b[i] = float32(common+rng.NormFloat64()) + labels[i]/2
		}
		labels[0], labels[1], labels[2], labels[3] = 0, 0, 1, 1
		aucA, aucB, standardError, p := DeLong(a, b, labels)
		require.InDelta(t, metrics.AUC(a, labels), aucA, 1e-12)
		require.InDelta(t, metrics.AUC(b, labels), aucB, 1e-12)
		want := math.Sqrt(byDefinition(a, b, labels))
		require.InDelta(t, want, standardError, 1e-12)
		z := (aucA - aucB) / want
		require.InDelta(t, 2*0.5*math.Erfc(math.Abs(z)/math.Sqrt2), p, 1e-12)
	}
	_, _, _, p := DeLong([]float32{1, 2, 3, 4}, []float32{10, 20, 30, 40}, []float32{0, 1, 0, 1})
	require.Equal(t, 1.0, p)
}
