package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormalCDF(t *testing.T) {
	x := []float32{0, 1e-20, -1e-4, 1.4142, 1.4143, -1.4142, -1.4143, 5.6, 6, -6, 100, float32(math.Inf(1)), float32(math.Inf(-1))}
	for v := float32(-6); v < 6; v += 0.0101 {
		x = append(x, v)
	}
	forEach(t, func(t *testing.T) {
		got := make([]float32, len(x))
		NormalCDF(got, x)
		for i, v := range x {
			require.InDelta(t, math.Erfc(-float64(v)/math.Sqrt2)/2, float64(got[i]), 2e-7, "below %v", v)
		}
		few := make([]float32, 5)
		NormalCDF(few, x[100:])
		require.Equal(t, got[100:105], few, "a value is rounded in the same way wherever it is")
		NormalCDF(got[:1], []float32{float32(math.NaN())})
		require.True(t, math.IsNaN(float64(got[0])))
	})
}
