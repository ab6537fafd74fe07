package solvers

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnderWhichSolversRowsVanish(t *testing.T) {
	for _, e := range Entries() {
		s, err := e.New()
		require.NoError(t, err)
		horizon, tail, err := Vanishing(s)
		switch e.Name {
		case "adamar":
			require.NoError(t, err)
			require.Equal(t, 154, tail, "of the default betas; see tail.go")
			require.Positive(t, horizon)
		case "adagradar":
			require.NoError(t, err)
			require.Zero(t, tail)
		default:
			require.Error(t, err, e.Name)
		}
	}
	for want, options := range map[string][]Option{
		"do not move":         {WithOnTouch()},
		"by a constant share": {WithBuckets(3, 0.01)},
		"never takes all":     {WithMinShrinkage(0.1)},
		"never takes":         {WithAlpha(0)},
	} {
		s, err := NewAdamAR(options...)
		require.NoError(t, err)
		_, _, err = Vanishing(s)
		require.ErrorContains(t, err, want)
	}
}

// The product of 1-alpha*i over i < n is about exp(-alpha*n^2/2), and float32 ends at exp(-103): n = 14.4/sqrt(alpha). The
// approximation is the better the smaller alpha is.
func TestHorizon(t *testing.T) {
	require.InDelta(t, 14400, adaptiveDecay(1e-6, 0).horizon(), 100)
	require.InDelta(t, 1440, adaptiveDecay(1e-4, 0).horizon(), 40)
	require.LessOrEqual(t, adaptiveDecay(1e-2, 0).horizon(), 100, "lambda reaches 1")
	require.Equal(t, 1, adaptiveDecay(1, 0).horizon())
}

func TestRegrow(t *testing.T) {
	parts := []StatePart{
		{Name: clockPart, Ints: []uint32{9, 0}}, {Name: "v", Floats: []float32{1, 2, 3, 4}}, {Name: stepsPart, Ints: []uint32{3, 5, 9, 9}},
		{Name: ratesPart, Doubles: []float64{.1, .2}},
	}
	got, err := Regrow(parts, 2, []int32{1, Fresh, 0})
	require.NoError(t, err)
	require.Equal(t, []StatePart{
		{Name: clockPart, Ints: []uint32{9, 0}}, {Name: "v", Floats: []float32{3, 4, 0, 0, 1, 2}}, {Name: stepsPart, Ints: []uint32{9, 9, 9, 9, 3, 5}},
		{Name: ratesPart, Doubles: []float64{.1, .2}},
	}, got)
	parts[2].Ints = []uint32{3, 9, 9, 9} // all rows are settled: the rates of the past have done their work
	got, err = Regrow(parts, 2, []int32{0})
	require.NoError(t, err)
	require.Equal(t, []StatePart{
		{Name: clockPart, Ints: []uint32{9, 0}}, {Name: "v", Floats: []float32{1, 2}}, {Name: stepsPart, Ints: []uint32{3, 9}},
		{Name: ratesPart, Doubles: []float64{}}, {Name: ratesFromPart, Ints: []uint32{9}},
	}, got)
	_, err = Regrow(parts, 3, nil)
	require.ErrorIs(t, err, ErrState)
	_, err = Regrow(nil, 3, nil)
	require.ErrorIs(t, err, ErrState)
}
