package solvers

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// touches is a table of 40 rows with a fixed sequence of random gradients.
type touches struct {
	table *graph.Table
	rng   *rand.Rand
}

func newTouches(t *testing.T) *touches {
	t.Helper()
	table, err := graph.NewTable("t", 4000, 4)
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(7, 8))
	table.Initialize(graph.Normal(0.1), rng)
	return &touches{table, rng}
}

// run takes steps of a solver, of a thousand rows each, and returns the settled weights.
func (h *touches) run(t *testing.T, s gorgonia.Solver, steps int) []float32 {
	t.Helper()
	for range steps {
		var rows []int32
		for r := range h.table.Rows() {
			if h.rng.IntN(4) == 0 {
				rows = append(rows, int32(r))
			}
		}
		values := make([]float32, len(rows)*h.table.Dim())
		for i := range values {
			values[i] = float32(h.rng.NormFloat64() * 1e-3)
		}
		h.table.Settle(rows)
		g, err := graph.NewRowGrad(rows, values, h.table.Dim())
		require.NoError(t, err)
		require.NoError(t, s.Step([]gorgonia.ValueGrad{fake.Of(h.table, g)}))
	}
	h.table.SettleAll()
	return h.table.Floats()
}

func TestAlphaZeroIsAdamBitForBit(t *testing.T) {
	adam := newTouches(t).run(t, must[*Adam](t)(NewAdam()), 50)
	require.Equal(t, adam, newTouches(t).run(t, must[*AdamAR](t)(NewAdamAR(WithAlpha(0))), 50))
	require.Equal(t, adam, newTouches(t).run(t, must[*AdamW](t)(NewAdamW(WithWeightDecay(0))), 50))
	require.NotEqual(t, adam, newTouches(t).run(t, must[*AdamAR](t)(NewAdamAR()), 50))
}

func TestStepsGiveTheSameBitsOnAnyNumberOfCores(t *testing.T) {
	weights := func(cores int) []float32 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		return newTouches(t).run(t, must[*AdamAR](t)(NewAdamAR(WithAlpha(1e-2))), 200)
	}
	require.Equal(t, weights(1), weights(2))
}

func TestDenseWeightsTakeTheBaseOnly(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	step := func(s gorgonia.Solver, w, g *tensor.Dense) {
		require.NoError(t, s.Step([]gorgonia.ValueGrad{fake.Of(w, g)}))
	}
	adam, adamAR := must[*Adam](t)(NewAdam()), must[*AdamAR](t)(NewAdamAR(WithAlpha(0.9)))
	a, b := fake.Dense(1, 2, 3), fake.Dense(1, 2, 3)
	for range 10 {
		values := []float32{float32(rng.NormFloat64()), 0, float32(rng.NormFloat64())}
		ga, gb := fake.Dense(values...), fake.Dense(values...)
		step(adam, a, ga)
		step(adamAR, b, gb)
		require.Zero(t, ga.Data().([]float32)[0], "the gradient is used up")
	}
	require.Equal(t, a.Data(), b.Data())
	require.NotEqual(t, float32(1), a.Data().([]float32)[0])
	require.Equal(t, float32(2), a.Data().([]float32)[1])
}

// A weight that cannot be stepped leaves the others as they were.
func TestStepErrorsChangeNothing(t *testing.T) {
	w := fake.Dense(1, 2)
	s := must[*Adam](t)(NewAdam())
	table, err := graph.NewTable("t", 2, 2)
	require.NoError(t, err)
	rowGrad := func(dim int, rows ...int32) *graph.RowGrad {
		g, err := graph.NewRowGrad(rows, make([]float32, len(rows)*dim), dim)
		require.NoError(t, err)
		return g
	}
	double := tensor.New(tensor.WithShape(2), tensor.Of(tensor.Float64))
	for want, bad := range map[string]*fake.Pair{
		"float32 (1, 1) with gradient *tensor.Dense (1, 2)": fake.Of(fake.Dense(1), fake.Dense(1, 2)),
		"float64 (2) with gradient":                         fake.Of(double, double),
		"float32 (1, 2) with gradient *graph.RowGrad":       fake.Of(fake.Dense(1, 2), rowGrad(2, 0)),
		`table "t" of dimension 2 with gradient *tensor`:    fake.Of(table, fake.Dense(1, 2)),
		`of dimension 2 with gradient *graph.RowGrad`:       fake.Of(table, rowGrad(3, 0)),
		`table "t" of 2 rows with a gradient of row 2`:      fake.Of(table, rowGrad(2, 1, 2)),
		`table "t" of 2 rows with a gradient of row -1`:     fake.Of(table, rowGrad(2, -1)),
		"*gorgonia.F32": fake.Of(gorgonia.NewF32(1), gorgonia.NewF32(1)),
	} {
		err := s.Step([]gorgonia.ValueGrad{fake.Of(w, fake.Dense(1, 1)), bad})
		require.ErrorIs(t, err, ErrWeight)
		require.ErrorContains(t, err, "weight 1")
		require.ErrorContains(t, err, want)
	}
	require.Equal(t, []float32{1, 2}, w.Data())
	require.Zero(t, s.Steps())
}

func TestClip(t *testing.T) {
	s := must[*Adam](t)(NewAdam(WithClip(0.5)))
	require.Equal(t, []float32{-0.5, 0.25, 0.5}, s.clipped([]float32{-3, 0.25, 9}))
}

func TestASteadyStepAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, under which the short form runs, makes pools forget")
	}
	h := newTouches(t)
	s := must[*AdamAR](t)(NewAdamAR())
	rows := make([]int32, 1000)
	for i := range rows {
		rows[i] = int32(4 * i)
	}
	g, err := graph.NewRowGrad(rows, make([]float32, 4000), 4)
	require.NoError(t, err)
	model := []gorgonia.ValueGrad{fake.Of(h.table, g), fake.Of(fake.Dense(make([]float32, 100)...), fake.Dense(make([]float32, 100)...))}
	step := func() {
		g.Values[0]++
		h.table.Settle(rows)
		if err := s.Step(model); err != nil {
			t.Fatal(err)
		}
	}
	for range 2000 { // the tables that grow with the steps grow by doubling
		step()
	}
	require.LessOrEqual(t, testing.AllocsPerRun(20, step), 0.5)
}

func TestSurvival(t *testing.T) {
	s := newSurvival(adaptiveDecay(0.25, 0))
	s.grow(10)
	require.Equal(t, 1.0, s.over(3, 3))
	require.InDelta(t, 0.75*0.5, s.over(0, 3), 1e-15)
	require.Zero(t, s.over(2, 5), "lambda is 1 from the fourth step on")
	require.Equal(t, 1.0, s.over(7, 7))
	require.Zero(t, s.over(7, 8))
}
