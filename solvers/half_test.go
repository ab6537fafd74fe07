package solvers

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// halvesComparisons are solvers whose moments are in bfloat16, against the formula of float32 whose moments are rounded at gradients.
func halvesComparisons(adam func(formulaDecay) formula) []comparison {
	list := []comparison{
		{name: "Adam", solver: "adam", formula: adam(never)},
		{name: "Adam, clipped, rate halved", solver: "adam", options: []Option{WithClip(1e-3)}, formula: withClip(1e-3, adam(never)), halve: true},
		{name: "Adam on touch", solver: "adam", options: []Option{WithOnTouch()}, formula: whenTouched(adam(never))},
		{name: "AdamW", solver: "adamw", options: []Option{WithWeightDecay(0.01)}, formula: adam(always(0.01))},
		{name: "AdamAR, alpha 1e-4", solver: "adamar", options: []Option{WithAlpha(1e-4)}, formula: adam(adaptive(1e-4))},
		{name: "AdamAR, alpha 0.1", solver: "adamar", options: []Option{WithAlpha(0.1)}, formula: adam(adaptive(0.1))},
		{name: "AdamAR, buckets", solver: "adamar", options: []Option{WithAlpha(1e-3), WithBuckets(2, 0.01)},
			formula: adam(byBucket(2, adaptive(1e-3), always(0.01))), buckets: true},
		{name: "AdamAR, cosine", solver: "adamar", options: []Option{WithAlpha(1e-3)}, formula: adam(adaptive(1e-3)), schedule: schedules()["warm-up, cosine"]},
	}
	for i := range list {
		c := &list[i]
		c.name, c.halves, c.options = c.name+", moments in bfloat16", true, append(c.options, WithRowState(), WithSeed(5))
	}
	return list
}

// round asserts that the moments of the rows with a gradient are neighbours in bfloat16 of what the formula gives, and takes them. A
// gradient of zeros is none, unless rows move on touch only.
func (x *course) round(gradients [][]float64) {
	onTouch := strings.Contains(x.solver.String(), "on_touch")
	parts, err := as[Stateful](x.t, x.solver).State(x.table)
	require.NoError(x.t, err)
	m, v := partNamed(x.t, parts, "m").Halves, partNamed(x.t, parts, "v").Halves
	dim := x.table.Dim()
	for r, row := range x.rows {
		if gradients[r] == nil || isZero(narrow(gradients[r])) && !onTouch {
			continue
		}
		takeRounded(x.t, row.m, m[r*dim:(r+1)*dim])
		takeRounded(x.t, row.v, v[r*dim:(r+1)*dim])
	}
}

func takeRounded(t *testing.T, exact []float64, rounded []uint16) {
	t.Helper()
	for j, h := range rounded {
		got := float64(math.Float32frombits(uint32(h) << 16))
		gap := math.Abs(exact[j]) / 128 // that of neighbours is at most as much
		require.InDelta(t, exact[j], got, gap+1e-6*norm(exact)+1e-40, "and the arithmetic before is float32")
		exact[j] = got
	}
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

func partNamed(t *testing.T, parts []StatePart, name string) StatePart {
	t.Helper()
	for _, p := range parts {
		if p.Name == name {
			return p
		}
	}
	require.Fail(t, "no part "+name)
	return StatePart{}
}

// Moments in bfloat16 do not depend on when rows are settled, or on a look at the settled rows.
func TestHalvesDoNotDependOnSettling(t *testing.T) {
	var states [4][]StatePart
	for i := range states {
		x := newTrained(t, made(t, "adamar", WithAlpha(1e-3), WithRowState(), WithSeed(3)))
		defer x.solver.Free()
		x.elsewhere = i == 3
		for k := range 200 {
			x.step(k)
			switch {
			case i == 1 && k%3 == 0:
				x.solver.SettleAll()
			case i == 2 && k%5 == 0:
				as[Previewer](t, x.solver).Settled(x.table, make([]float32, stateRows*stateDim))
			}
		}
		parts, err := as[Stateful](t, x.solver).State(x.table)
		require.NoError(t, err)
		states[i] = parts
	}
	for _, name := range []string{"m", "v"} {
		want := partNamed(t, states[0], name).Halves
		require.Len(t, want, stateRows*stateDim)
		require.Equal(t, want, partNamed(t, states[1], name).Halves, "settled")
		require.Equal(t, want, partNamed(t, states[2], name).Halves, "looked at")
		require.Equal(t, want, partNamed(t, states[3], name).Halves, "settled by the step")
	}
}

// The seed decides how moments are rounded, and the text of the solver has it.
func TestHalvesDependOnTheSeed(t *testing.T) {
	var m [3][]uint16
	for i, seed := range []uint64{1, 1, 2} {
		s := made(t, "adam", WithRowState(), WithSeed(seed))
		x := newTrained(t, s)
		defer s.Free()
		for k := range 10 {
			x.step(k)
		}
		parts, err := as[Stateful](t, s).State(x.table)
		require.NoError(t, err)
		m[i] = partNamed(t, parts, "m").Halves
		require.Contains(t, s.String(), "row_state=bf16, seed="+format(float64(seed)))
	}
	require.Equal(t, m[0], m[1])
	require.NotEqual(t, m[0], m[2])
}

// A state in float32 is no state in bfloat16, and the other way round.
func TestHalvesAreAnotherState(t *testing.T) {
	whole, half := newTrained(t, made(t, "adam")), newTrained(t, made(t, "adam", WithRowState()))
	for _, c := range [][2]*trained{{whole, half}, {half, whole}} {
		c[0].step(1)
		parts, err := as[Stateful](t, c[0].solver).State(c[0].table)
		require.NoError(t, err)
		require.ErrorIs(t, as[Stateful](t, c[1].solver).Restore(c[1].table, parts), ErrState)
	}
}
