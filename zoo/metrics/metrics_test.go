package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// pairAUC counts all pairs of a positive and a negative, as AUC is defined.
func pairAUC(scores, labels []float32) float64 {
	var wins, pairs float64
	for i := range scores {
		for j := range scores {
			if labels[i] == 1 && labels[j] == 0 {
				pairs++
				switch {
				case scores[i] > scores[j]:
					wins++
				case scores[i] == scores[j]:
					wins += 0.5
				}
			}
		}
	}
	return wins / pairs
}

func TestAUC(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		n := 2 + rng.IntN(200)
		scores, labels := make([]float32, n), make([]float32, n)
		for i := range scores {
			scores[i] = float32(rng.IntN(20)) // many ties
			labels[i] = float32(rng.IntN(2))
		}
		labels[0], labels[1] = 0, 1
		require.InDelta(t, pairAUC(scores, labels), AUC(scores, labels), 1e-12)
	}
	require.Equal(t, 0.5, AUC([]float32{1, 1}, []float32{0, 1}))
	require.True(t, math.IsNaN(AUC([]float32{1, 2}, []float32{1, 1})))
	require.True(t, math.IsNaN(AUC(nil, nil)))
	require.True(t, math.IsNaN(AUC([]float32{1, float32(math.NaN())}, []float32{0, 1})))
}

// By hand: predictions .5 and .75 against labels 0 and 1.
func TestMeasure(t *testing.T) {
	m := Measure(Predictions{Logits: []float32{0, float32(math.Log(3))}, Labels: []float32{0, 1}})
	require.Equal(t, 2, m.Samples)
	require.Equal(t, 1, m.Positives)
	require.Equal(t, 1.0, m.AUC())
	require.InDelta(t, -(math.Log(0.5)+math.Log(0.75))/2, m.LogLoss(), 1e-7)
	require.InDelta(t, 1.25, m.Calibration(), 1e-7)
	require.True(t, math.IsNaN(Calibration([]float32{1}, []float32{0})))
}
