package solvers

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// halvesComparisons are solvers whose rows, or their moments, or both are in bfloat16, against the formula of float32 in which they are
// rounded at gradients.
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
	var all []comparison
	for _, form := range halfForms() {
		for _, c := range list {
			c.name, c.halves, c.options = c.name+", in bfloat16 "+form.name, true, slices.Concat(c.options, form.options, []Option{WithSeed(5)})
			all = append(all, c)
		}
	}
	return all
}

// halfForm is what of the rows of tables is in bfloat16.
type halfForm struct {
	name    string
	options []Option
}

func halfForms() []halfForm {
	return []halfForm{
		{"moments", []Option{WithRowState()}},
		{"weights", []Option{WithRowWeights()}},
		{"both", []Option{WithRowState(), WithRowWeights()}},
	}
}

// tableFor returns a table of the precision that a solver keeps rows in.
func tableFor(t testing.TB, s Solver, rows, dim int) *graph.Table {
	t.Helper()
	newTable := graph.NewTable
	if RowWeights(s) == graph.BFloat16 {
		newTable = graph.NewHalfTable
	}
	table, err := newTable("t", rows, dim)
	require.NoError(t, err)
	return table
}

// settledOf are all rows of a table as somebody who reads them sees them.
func settledOf(table *graph.Table) []float32 {
	values := make([]float32, table.Rows()*table.Dim())
	table.CopyTo(values)
	return values
}

// round asserts that what is in bfloat16 of the rows with a gradient are neighbours of what the formula gives, and takes them. A
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
		if m != nil {
			takeRounded(x.t, row.m, m[r*dim:(r+1)*dim], 1e-40)
			takeRounded(x.t, row.v, v[r*dim:(r+1)*dim], 1e-40)
		}
		if w := x.table.Halves(); w != nil {
			takeRounded(x.t, row.w, w[r*dim:(r+1)*dim], 1e-9) // a decayed row may be smaller than what the tail of the momentum leaves out
		}
	}
}

// takeRounded asserts that rounded values are neighbours of exact ones, but for a small size, and puts them in their place.
func takeRounded(t *testing.T, exact []float64, rounded []uint16, small float64) {
	t.Helper()
	for j, h := range rounded {
		got := float64(math.Float32frombits(uint32(h) << 16))
		gap := math.Abs(exact[j]) / 128 // that of neighbours is at most as much
		require.InDelta(t, exact[j], got, gap+1e-6*norm(exact)+small, "and the arithmetic before is float32")
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

// What is in bfloat16 does not depend on when rows are settled, or on a look at the settled rows.
func TestHalvesDoNotDependOnSettling(t *testing.T) {
	for _, form := range halfForms() {
		t.Run(form.name, func(t *testing.T) { testSettling(t, form) })
	}
}

func testSettling(t *testing.T, form halfForm) {
	var states [4][]StatePart
	var rows [4][]uint16
	for i := range states {
		x := newTrained(t, made(t, "adamar", append(form.options, WithAlpha(1e-3), WithSeed(3))...))
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
		states[i], rows[i] = parts, slices.Clone(x.table.Halves())
	}
	how := []string{1: "settled", 2: "looked at", 3: "settled by the step"}
	for i := 1; i < len(states); i++ {
		require.Equal(t, rows[0], rows[i], how[i])
		for _, name := range []string{"m", "v"} {
			want, got := partNamed(t, states[0], name), partNamed(t, states[i], name)
			require.Equal(t, stateRows*stateDim, want.len())
			require.Equal(t, want.Halves, got.Halves, how[i])
			if rows[0] != nil { // moments in float32 then stay as they were, too
				require.Equal(t, want.Floats, got.Floats, how[i])
			}
		}
	}
}

// The seed decides how moments are rounded, and the text of the solver has it.
func TestHalvesDependOnTheSeed(t *testing.T) {
	var m, w [3][]uint16
	for i, seed := range []uint64{1, 1, 2} {
		s := made(t, "adam", WithRowState(), WithRowWeights(), WithSeed(seed))
		x := newTrained(t, s)
		defer s.Free()
		for k := range 10 {
			x.step(k)
		}
		parts, err := as[Stateful](t, s).State(x.table)
		require.NoError(t, err)
		m[i], w[i] = partNamed(t, parts, "m").Halves, x.table.Halves()
		require.Contains(t, s.String(), "row_state=bf16, row_weights=bf16, seed="+format(float64(seed)))
	}
	require.Equal(t, m[0], m[1])
	require.NotEqual(t, m[0], m[2])
	require.Equal(t, w[0], w[1])
	require.NotEqual(t, w[0], w[2])
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

// A solver steps tables of its own precision, and says so of others.
func TestRowsOfAnotherPrecisionAreRefused(t *testing.T) {
	whole, half := made(t, "adam"), made(t, "adam", WithRowWeights())
	for _, c := range []struct {
		solver, other Solver
		words         string
	}{{whole, half, "its rows are in bf16, those of Adam("}, {half, whole, "its rows are in float32, those of Adam("}} {
		table := tableFor(t, c.other, 3, 2)
		g, err := graph.NewRowGrad([]int32{1}, []float32{1, 1}, 2)
		require.NoError(t, err)
		err = c.solver.Step([]gorgonia.ValueGrad{fake.Of(table, g)})
		require.ErrorIs(t, err, ErrWeight)
		require.ErrorContains(t, err, c.words)
	}
	_, err := NewSAM(half)
	require.ErrorIs(t, err, ErrOption)
	require.ErrorContains(t, err, "WithRowWeights does not apply to SAM")
	meda := must[*MEDA](t)(NewMEDA(half))
	require.Equal(t, graph.BFloat16, RowWeights(meda))
	require.Equal(t, graph.Float32, RowWeights(whole))
}

// Rows in bfloat16 have no other moment to begin a new decay than a gradient.
func TestBucketsOfRowsInBFloat16Stay(t *testing.T) {
	x := newTrained(t, made(t, "adamar", WithBuckets(1, 1e-3), WithRowWeights()))
	defer x.solver.Free()
	s, buckets := as[Bucketed](t, x.solver), make([]uint8, stateRows)
	require.NoError(t, s.SetBuckets(x.table, buckets))
	buckets[7] = 3
	require.NoError(t, s.SetBuckets(x.table, buckets), "nothing is trained yet")
	x.step(1)
	require.NoError(t, s.SetBuckets(x.table, buckets), "they are the same")
	buckets[8] = 3
	require.ErrorIs(t, s.SetBuckets(x.table, buckets), ErrOption)
}
