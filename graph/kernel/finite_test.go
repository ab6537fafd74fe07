package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllFinite(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for n := range 20 {
		x := make([]float32, n)
		for i := range x {
			x[i] = math.MaxFloat32
		}
		require.True(t, AllFinite(x))
		for i := range x {
			for _, bad := range []float32{inf, -inf, nan, -nan} {
				old := x[i]
				x[i] = bad
				require.False(t, AllFinite(x), "%v at %d of %d", bad, i, n)
				x[i] = old
			}
		}
	}
}

func BenchmarkAllFinite(b *testing.B) {
	x := make([]float32, 1<<18)
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		if !AllFinite(x) {
			b.Fatal("zeros are finite")
		}
	}
}
