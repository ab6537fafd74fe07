package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

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
