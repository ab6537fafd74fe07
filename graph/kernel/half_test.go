package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// rounded is RoundAtRandom and Widen.
func rounded(values []float32, seed uint32) []float32 {
	halves, out := make([]uint16, len(values)), make([]float32, len(values))
	RoundAtRandom(halves, values, seed)
	Widen(out, halves, 1)
	return out
}

func TestRoundingAtRandomKeepsTheMean(t *testing.T) {
	const width, times = 37, 4000 // whole vectors and a rest
	rng := rand.New(rand.NewPCG(1, 2))
	for _, v := range []float32{1, -1, 1.001, -3.14159, 1e-30, 6.02e23, 1e-41, 0.3333333} {
		below := math.Float32frombits(math.Float32bits(v) &^ 0xffff)
		above := math.Float32frombits(math.Float32bits(below) + 0x10000)
		values := make([]float32, width)
		for i := range values {
			values[i] = v
		}
		var sums [width]float64
		var neighbours float64 // products of the deviations of neighbours
		for range times {
			var last float64
			for i, r := range rounded(values, rng.Uint32()) {
				require.True(t, r == below || v != below && r == above, "%v became %v, not %v or %v", v, r, below, above)
				sums[i] += float64(r)
				d := float64(r) - float64(v)
				neighbours += d * last
				last = d
			}
		}
		gap := math.Abs(float64(above) - float64(below))
		for i, sum := range sums {
			require.InDelta(t, float64(v), sum/times, 5*gap/2/math.Sqrt(times), "the mean of %v at %d", v, i) // five deviations at most
		}
		require.InDelta(t, 0, neighbours/(width*times), 5*gap*gap/4/math.Sqrt(width*times), "neighbours are independent, %v", v)
	}
}

func TestRoundingAtRandomKeepsWhatIsNotFinite(t *testing.T) {
	inf := float32(math.Inf(1))
	for seed := range uint32(100) {
		got := rounded([]float32{inf, -inf, float32(math.NaN())}, seed)
		require.Equal(t, []float32{inf, -inf}, got[:2])
		require.True(t, math.IsNaN(float64(got[2])))
	}
}

// Every kernel rounds alike, and widens to the same bits.
func TestHalvesAreThoseOfPlainGo(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 70 {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(rng.NormFloat64() * math.Pow(10, -20+40*rng.Float64()))
		}
		seed := rng.Uint32()
		halves, wide := make([]uint16, n+1), make([]float32, n+1)
		halves[n], wide[n] = 7, 7
		RoundAtRandom(halves[:n], values, seed)
		Widen(wide[:n], halves[:n], 0.9)
		require.Equal(t, uint16(7), halves[n])
		require.Equal(t, float32(7), wide[n])
		for i, v := range values {
			want := uint16((math.Float32bits(v) + roundingBits(seed, i)) >> 16)
			require.Equal(t, want, halves[i], "value %d of %d", i, n)
			require.Equal(t, 0.9*math.Float32frombits(uint32(want)<<16), wide[i])
		}
	}
}

func TestRoundToNearest(t *testing.T) {
	inf, nan := float32(math.Inf(1)), math.Float32frombits(0x7f800001)
	values := []float32{1, 1 + 1.0/256, 1 + 3.0/256, 1 + 1.01/256, -1 - 1.01/256, 0, inf, -inf, nan}
	halves, wide := make([]uint16, len(values)), make([]float32, len(values))
	RoundToNearest(halves, values)
	Widen(wide, halves, 1)
	require.Equal(t, []float32{1, 1, 1 + 4.0/256, 1 + 2.0/256, -1 - 2.0/256, 0, inf, -inf}, wide[:8])
	require.True(t, math.IsNaN(float64(wide[8])))
}
