package solvers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var everySolver = strings.Fields("adam adamw adamar adagrad adagradw adagradar sam sam-adagrad meda meda-adagrad rmsprop-ar l2 fal cowclip")

func TestCatalogIsComplete(t *testing.T) {
	var names []string
	for _, e := range Entries() {
		names = append(names, e.Name)
		require.NotEmpty(t, e.Formula, e.Name)
		require.NotEmpty(t, e.Reference, e.Name)
		require.Contains(t, []Semantics{EveryStep, OnTouch}, e.Semantics, e.Name)
	}
	require.Equal(t, everySolver, names)
	_, err := Find("sgd")
	require.ErrorIs(t, err, ErrUnknownSolver)
	require.ErrorContains(t, err, `"sgd"; known: adam, adamw`)
}

// Every solver of the catalog learns a small network's clicks, in each of its semantics.
func TestEverySolverTrains(t *testing.T) {
	for _, e := range Entries() {
		for _, options := range [][]Option{nil, {WithOnTouch()}} {
			if len(options) > 0 && !e.Takes(WithOnTouch()) {
				continue
			}
			s := made(t, e.Name, append(options, WithLearnRate(0.03))...)
			first, last := clickThrough(t, false, 5).descend(t, s, 300, nil)
			require.Less(t, last, 0.7*first, e.Name)
			require.Equal(t, 300, as[StepCounter](t, s).Steps())
			s.Free()
		}
	}
}

// Each solver takes the options that the catalog lists, and no other.
func TestSolversTakeTheOptionsTheyList(t *testing.T) {
	values := map[string]Option{
		"WithLearnRate": WithLearnRate(0.1), "WithDenseLearnRate": WithDenseLearnRate(0.1), "WithBeta1": WithBeta1(0.5),
		"WithBeta2": WithBeta2(0.9), "WithEps": WithEps(1e-6), "WithEpsInside": WithEpsInside(), "WithEpsOutside": WithEpsOutside(),
		"WithAlpha": WithAlpha(0.1), "WithHalfLife": WithHalfLife(10), "WithMinShrinkage": WithMinShrinkage(0.5),
		"WithWeightDecay": WithWeightDecay(0.1), "WithScaledDecay": WithScaledDecay(), "WithDenseDecay": WithDenseDecay(),
		"WithBuckets": WithBuckets(2, 0.1), "WithL2Reg": WithL2Reg(0.1), "WithRho": WithRho(0.1), "WithClip": WithClip(1),
		"WithClipRatio": WithClipRatio(0.5), "WithClipFloor": WithClipFloor(0.1), "WithSeed": WithSeed(1), "WithOnTouch": WithOnTouch(),
		"WithKeepState": WithKeepState(), "WithRowState": WithRowState(), "WithRowWeights": WithRowWeights(),
	}
	for _, e := range Entries() {
		for name, option := range values {
			_, err := e.New(option)
			if e.Takes(option) {
				require.NoError(t, err, "%s %s", e.Name, name)
			} else {
				require.ErrorIs(t, err, ErrOption, "%s %s", e.Name, name)
				require.ErrorContains(t, err, name+" does not apply")
			}
		}
		for _, p := range e.Parameters {
			require.Contains(t, values, p.Option)
			require.Equal(t, p.Name, values[p.Option].parameter.Name)
		}
	}
}

// The defaults that the catalog shows are those of the solver.
func TestParametersAreThoseOfTheSolver(t *testing.T) {
	for _, e := range Entries() {
		text := made(t, e.Name).String()
		for _, p := range e.Parameters {
			if p.DefaultText() != "" {
				require.Contains(t, text, p.Name+"="+p.DefaultText(), e.Name)
			}
		}
	}
}
