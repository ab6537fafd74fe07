package metrics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var infinity = float32(math.Inf(1))

func TestInfiniteLogits(t *testing.T) {
	require.Zero(t, LogLoss([]float32{-infinity, infinity}, []float32{0, 1}))
	require.True(t, math.IsInf(LogLoss([]float32{-infinity, 0}, []float32{1, 0}), 1))
	require.True(t, math.IsInf(LogLoss([]float32{infinity}, []float32{0}), 1))
	require.InDelta(t, math.Ln2/2, LogLoss([]float32{-infinity, 0}, []float32{0, 1}), 1e-12)
	require.True(t, math.IsNaN(LogLoss([]float32{float32(math.NaN())}, []float32{0})))
	require.InDelta(t, 1, AUC([]float32{-infinity, infinity}, []float32{0, 1}), 0)
}

func TestNotAsManyLabels(t *testing.T) {
	for _, m := range All() {
		for _, p := range []Predictions{
			{Logits: []float32{1, 2}, Labels: []float32{1}}, {Logits: []float32{1}, Labels: []float32{1, 0}}, {Labels: []float32{1, 0}}, {Logits: []float32{1}}, {},
		} {
			require.True(t, math.IsNaN(m.Measure(p)), "%s of %v", m.Name, p)
		}
	}
}

// A clock may be coarse, or rest: the speed is no infinity, which JSON does not have.
func TestTheSpeedOfAnEpochWithoutTime(t *testing.T) {
	require.Zero(t, Epoch{Samples: 100}.SamplesPerSecond())
	require.Zero(t, Epoch{Seconds: 1}.SamplesPerSecond())
	require.Equal(t, 50., Epoch{Samples: 100, Seconds: 2}.SamplesPerSecond())
}
