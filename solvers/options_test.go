package solvers

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every option with its smallest and largest good values, and with bad ones.
func TestOptionsCheckTheirValues(t *testing.T) {
	nan, infinite := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		solver, name string
		with         func(float64) Option
		good, bad    []float64
	}{
		{"adam", "WithLearnRate", WithLearnRate, []float64{1e-9, 10}, []float64{0, -1, 1e39}},
		{"adam", "WithDenseLearnRate", WithDenseLearnRate, []float64{1e-9, 10}, []float64{0, -1, 1e39}},
		{"adam", "WithBeta1", WithBeta1, []float64{0, 0.99}, []float64{-0.1, 1, 2, 1 - 1e-9}},
		{"adam", "WithBeta2", WithBeta2, []float64{0.82, 0.999999}, []float64{-0.1, 0, 1, 2, 1 - 1e-9, 1e-50}},
		{"adam", "WithEps", WithEps, []float64{1e-30, 1}, []float64{0, -1e-8, 1e-50}},
		{"adam", "WithClip", WithClip, []float64{1e-9, 10}, []float64{0, -1}},
		{"adamar", "WithAlpha", WithAlpha, []float64{0, 1e-7, 1, 5}, []float64{-1e-9}},
		{"adamar", "WithHalfLife", WithHalfLife, []float64{1, 1e6}, []float64{0, -5, 0.9}},
		{"adamar", "WithMinShrinkage", WithMinShrinkage, []float64{0, 1}, []float64{-0.1, 1.1}},
		{"adamw", "WithWeightDecay", WithWeightDecay, []float64{0, 1}, []float64{-0.1, 1.1}},
		{"l2", "WithL2Reg", WithL2Reg, []float64{0, 1}, []float64{-0.1}},
		{"sam", "WithRho", WithRho, []float64{1e-9, 10}, []float64{0, -1}},
		{"cowclip", "WithClipRatio", WithClipRatio, []float64{1e-9, 10}, []float64{0, -1}},
		{"cowclip", "WithClipFloor", WithClipFloor, []float64{1e-9, 10}, []float64{0, -1}},
		{"adamar", "WithBuckets", func(c float64) Option { return WithBuckets(3, c) }, []float64{0, 1}, []float64{-0.1, 1.1}},
		{"adamar", "WithBuckets", func(n float64) Option { return WithBuckets(int(n), 0) }, []float64{0, 255}, []float64{-1, 256}},
	} {
		e, err := Find(c.solver)
		require.NoError(t, err)
		for _, v := range c.good {
			_, err := e.New(c.with(v))
			require.NoError(t, err, "%s(%v)", c.name, v)
		}
		for _, v := range append(c.bad, nan, infinite, -infinite) {
			if c.name == "WithBuckets" && (math.IsNaN(v) || math.IsInf(v, 0)) && c.good[1] == 255 {
				continue // the number of buckets is an integer
			}
			_, err := e.New(c.with(v))
			require.ErrorIs(t, err, ErrOption, "%s(%v)", c.name, v)
			require.ErrorContains(t, err, c.name+"(", "%v", v)
		}
	}
}

func TestOptionsThatContradictEachOther(t *testing.T) {
	for want, options := range map[string][]Option{
		"WithAlpha and WithHalfLife exclude each other":       {WithHalfLife(10), WithAlpha(1e-3)},
		"WithScaledDecay and WithHalfLife exclude each other": {WithScaledDecay(), WithHalfLife(10)},
		"WithEpsInside and WithEpsOutside exclude each other": {WithEpsInside(), WithEpsOutside()},
		"WithBeta1(0.99): the value must be below the root":   {WithBeta1(0.99), WithBeta2(0.9)},
	} {
		_, err := NewAdamAR(options...)
		require.ErrorIs(t, err, ErrOption)
		require.ErrorContains(t, err, want)
	}
	_, err := NewAdam(WithBeta1(0.99), WithBeta2(0.9), WithOnTouch())
	require.NoError(t, err, "on touch momentum has no tail")
}

func TestOptionsOfOtherSolvers(t *testing.T) {
	for want, make := range map[string]func() (Solver, error){
		"WithAlpha does not apply to Adam":       func() (Solver, error) { return NewAdam(WithAlpha(1)) },
		"WithWeightDecay does not apply to Adam": func() (Solver, error) { return NewAdam(WithWeightDecay(1)) },
		"WithAlpha does not apply to AdamW":      func() (Solver, error) { return NewAdamW(WithAlpha(1)) },
		"WithBeta1 does not apply to Adagrad":    func() (Solver, error) { return NewAdagrad(WithBeta1(0)) },
		"WithHalfLife does not apply to RowWise": func() (Solver, error) { return NewRowWiseRMSpropAR(WithHalfLife(1)) },
		"WithL2Reg does not apply to CowClip":    func() (Solver, error) { return NewCowClip(WithL2Reg(1)) },
		"WithRho does not apply to FAL":          func() (Solver, error) { return NewFAL(WithRho(1)) },
	} {
		_, err := make()
		require.ErrorIs(t, err, ErrOption)
		require.ErrorContains(t, err, want)
	}
}

func TestWrappersWrapPlainSolversOnly(t *testing.T) {
	sam, meda := made(t, "sam"), made(t, "meda")
	for want, make := range map[string]func() (Solver, error){
		"SAM around *solvers.SAM":       func() (Solver, error) { return NewSAM(sam) },
		"SAM around *solvers.MEDA":      func() (Solver, error) { return NewSAM(meda) },
		"MEDA around *solvers.SAM":      func() (Solver, error) { return NewMEDA(sam) },
		"MEDA around *solvers.MEDA":     func() (Solver, error) { return NewMEDA(meda) },
		"SAM around <nil>":              func() (Solver, error) { return NewSAM(nil) },
		"WithSeed does not apply to SA": func() (Solver, error) { return NewSAM(made(t, "adam"), WithSeed(1)) },
		"WithRho does not apply to MED": func() (Solver, error) { return NewMEDA(made(t, "adam"), WithRho(1)) },
	} {
		_, err := make()
		require.ErrorIs(t, err, ErrOption)
		require.ErrorContains(t, err, want)
	}
}

func TestSetLearnRateErrors(t *testing.T) {
	s := made(t, "adamw", WithScaledDecay())
	require.ErrorContains(t, as[LearnRater](t, s).SetLearnRate(0.1), "the decay is scaled by the learning rate")
	for _, rate := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		s := made(t, "adam")
		require.ErrorIs(t, as[LearnRater](t, s).SetLearnRate(rate), ErrOption)
		require.Equal(t, 1e-3, as[LearnRater](t, s).LearnRate(), "it stays what it was")
	}
}

// The table of the package comment, and the untouched steps after which half of a row is really
// gone, step by step.
func TestHalfLife(t *testing.T) {
	for _, c := range []struct {
		alpha, halfLife float64
		steps           int
	}{
		{1e-6, 1177, 1178}, {1e-5, 372, 373}, {1e-4, 118, 119}, {1e-3, 37.2, 38}, {1e-2, 11.8, 13}, {0.1, 3.72, 5},
	} {
		require.InDelta(t, c.halfLife, HalfLifeOfAlpha(c.alpha), 0.005*c.halfLife)
		require.InEpsilon(t, c.alpha, AlphaOfHalfLife(HalfLifeOfAlpha(c.alpha)), 1e-12)
		left, steps := 1.0, 0
		for ; left > 0.5; steps++ {
			left *= 1 - c.alpha*float64(steps)
		}
		require.Equal(t, c.steps, steps, "alpha %v", c.alpha)
	}
}

func TestScaleLearnRateErrors(t *testing.T) {
	scaled := made(t, "adamar", WithScaledDecay())
	require.ErrorContains(t, as[RateScaler](t, scaled).ScaleLearnRate(1), "ScaleLearnRate(1): the decay is scaled by the learning rate")
	for _, share := range []float64{-0.1, 1.1, math.NaN()} {
		require.ErrorIs(t, as[RateScaler](t, made(t, "adam")).ScaleLearnRate(share), ErrOption)
	}
}

// Tables and layers have rates of their own, and both are scaled: half of twice the rate is the rate, to the bit.
func TestScaleLearnRateScalesAllWeights(t *testing.T) {
	whole := clickThrough(t, false, 4)
	half := clickThrough(t, false, 4)
	solver := made(t, "adamar", WithLearnRate(0.02), WithDenseLearnRate(0.2))
	require.NoError(t, as[RateScaler](t, solver).ScaleLearnRate(0.5))
	require.Equal(t, 0.02, as[LearnRater](t, solver).LearnRate())
	whole.descend(t, made(t, "adamar", WithLearnRate(0.01), WithDenseLearnRate(0.1)), 20, nil)
	half.descend(t, solver, 20, nil)
	require.Equal(t, whole.matrix, half.matrix)
	for i, w := range whole.others {
		require.Equal(t, w.Values(), half.others[i].Values(), w.Name)
	}
}
