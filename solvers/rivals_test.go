package solvers

import (
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
)

// The vectors of FBGEMM's backward_optimizers_test.py: learning rate 1, alpha 0.1, gradient zero.
// The first touch counts as an interval of 1; another five steps later, as one of 6.
func TestRowWiseRMSpropARGivesTheVectorsOfFBGEMM(t *testing.T) {
	table := fake.Table(t, 2, 4, 1)
	s := made(t, "rmsprop-ar", WithLearnRate(1), WithAlpha(0.1))
	touch(t, s, table, 0, 0)
	require.InDeltaSlice(t, []float64{0.9, 0.9, 0.9, 0.9}, widen(table.Row(0)), 1e-6)
	for range 5 {
		touch(t, s, table, 0, 1)
		require.InDelta(t, 0.9, table.Row(0)[0], 1e-6, "a row that is not touched is left alone")
	}
	touch(t, s, table, 0, 0)
	require.InDeltaSlice(t, []float64{0.36, 0.36, 0.36, 0.36}, widen(table.Row(0)), 1e-6)

	for range 20 {
		touch(t, s, table, 0, 1)
	}
	touch(t, s, table, 0, 0)
	require.InDelta(t, 0.036, table.Row(0)[0], 1e-6, "at least a tenth stays")

	full := made(t, "rmsprop-ar", WithLearnRate(1), WithAlpha(1), WithMinShrinkage(0))
	touch(t, full, table, 0, 0)
	require.Zero(t, table.Row(0)[0], "min shrinkage of 0 is a full reset")
}

// A first step of Adam is rate*g/sqrt(g^2+eps) whatever the betas, so that it shows the rate.
func TestFALGivesRareRowsAShareOfTheRate(t *testing.T) {
	table := fake.Table(t, 3, 2, 0)
	s := made(t, "fal", WithLearnRate(1), WithOnTouch(), WithBeta1(0))
	for range 7 {
		touch(t, s, table, 1, 0)
	}
	touch(t, s, table, 1, 0, 1) // counts 8 and 1
	v := (1 - 0.999) / (1 - math.Pow(0.999, 8))
	require.InDelta(t, -math.Log(2)/math.Log(9)/math.Sqrt(v), table.Row(1)[0], 1e-5)
	require.Zero(t, table.Row(2)[0])
}

func TestCowClipLimitsByNormAndOccurrences(t *testing.T) {
	const ratio, zeta = 0.5, 1e-2
	for name, c := range map[string]struct {
		w, g  []float32
		count int
		want  []float64
	}{
		"by the norm of the row":     {[]float32{3, 4}, []float32{0, 100}, 1, []float64{0, 0.5 * 5}},
		"times its occurrences":      {[]float32{3, 4}, []float32{0, 100}, 4, []float64{0, 0.5 * 4 * 5}},
		"small ones are left alone":  {[]float32{3, 4}, []float32{1, 1}, 1, []float64{1, 1}},
		"with a floor":               {[]float32{0, 0}, []float32{3, 4}, 1, []float64{0.6 * 0.5 * 0.5 * math.Sqrt2 * zeta, 0.8 * 0.5 * 0.5 * math.Sqrt2 * zeta}},
		"not those of a linear part": {[]float32{0}, []float32{3}, 1, []float64{3}},
	} {
		cowClip(c.w, c.g, c.count, ratio, zeta)
		require.InDeltaSlice(t, c.want, widen(c.g), 1e-6, name)
	}
}

// The moments of a row that has decayed to nothing are gone too, however long it is left alone.
func TestL2EndsWhereNothingIsLeft(t *testing.T) {
	table := fake.Table(t, 2, 3, 0.01)
	s := made(t, "l2", WithL2Reg(1), WithEps(1))
	for range 80_000 {
		touch(t, s, table, 1e-3, 1)
	}
	require.Equal(t, []float32{0, 0, 0}, table.Row(0))
}
