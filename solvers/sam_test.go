package solvers

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// quartic is sum (w-target)^4/4 over some rows of a table and a dense weight, in any precision.
func quartic[F float32 | float64](w, g, target []F) {
	for i, v := range w {
		d := v - target[i]
		g[i] = d * d * d
	}
}

// surroundings is a table, of which steps touch some rows, with a dense weight.
type surroundings struct {
	table  *graph.Table
	dense  *tensor.Dense
	rng    *rand.Rand
	rows   []int32 // of the batch
	target []float32
}

const aroundRows, aroundDim = 20, 3

func newSurroundings(t *testing.T) *surroundings {
	t.Helper()
	x := &surroundings{rng: rand.New(rand.NewPCG(2, 7)), dense: fake.Dense(0.3, -0.2, 0.1, 0.4)}
	var err error
	x.table, err = graph.NewTable("t", aroundRows, aroundDim)
	require.NoError(t, err)
	x.table.Initialize(graph.Normal(0.3), x.rng)
	x.target = make([]float32, aroundRows*aroundDim+4)
	graph.Normal(1)(x.target, x.rng)
	return x
}

// next draws the rows of a batch.
func (x *surroundings) next() {
	x.rows = x.rows[:0]
	for r := range int32(aroundRows) {
		if x.rng.IntN(2+int(r)) == 0 {
			x.rows = append(x.rows, r)
		}
	}
}

// model is the weights with their gradients.
func (x *surroundings) model(t *testing.T) []gorgonia.ValueGrad {
	t.Helper()
	x.table.Settle(x.rows)
	values := make([]float32, len(x.rows)*aroundDim)
	for i, r := range x.rows {
		from, to := int(r)*aroundDim, int(r+1)*aroundDim
		quartic(x.table.Floats()[from:to], values[i*aroundDim:(i+1)*aroundDim], x.target[from:to])
	}
	rows, err := graph.NewRowGrad(slices.Clone(x.rows), values, aroundDim)
	require.NoError(t, err)
	g := fake.Dense(make([]float32, 4)...)
	quartic(x.dense.Float32s(), g.Float32s(), x.target[aroundRows*aroundDim:])
	return []gorgonia.ValueGrad{fake.Of(x.table, rows), fake.Of(x.dense, g)}
}

// all is a copy of all weights.
func (x *surroundings) all() []float32 {
	return append(slices.Clone(x.table.Floats()), x.dense.Float32s()...)
}

// onStep is a solver that calls a function before each step.
type onStep struct {
	Solver
	before func()
}

func (s *onStep) Step(model []gorgonia.ValueGrad) error {
	s.before()
	return s.Solver.Step(model)
}

func TestSAMRestoresWeightsBitForBit(t *testing.T) {
	x := newSurroundings(t)
	var before []float32
	steps := 0
	spy := &onStep{made(t, "adamar", WithAlpha(0.01)), func() {
		require.Equal(t, before, x.all(), "the step starts where the first pass was")
		steps++
	}}
	sam := must[*SAM](t)(NewSAM(spy))
	for range 100 {
		x.next()
		model := x.model(t)
		before = x.all()
		require.NoError(t, sam.Perturb(model))
		require.NotEqual(t, before, x.all())
		require.NoError(t, sam.Step(x.model(t)))
	}
	require.Equal(t, 100, steps)

	x.next()
	model := x.model(t)
	before = x.all()
	require.NoError(t, sam.Perturb(model))
	require.ErrorIs(t, sam.Step([]gorgonia.ValueGrad{fake.Of(x.dense, fake.Dense(1))}), ErrWeight)
	require.Equal(t, before, x.all(), "also after a step that fails")

	require.NoError(t, sam.Perturb(x.model(t)))
	sam.Undo()
	require.Equal(t, before, x.all(), "and when the step is given up")

	require.NoError(t, sam.Perturb(x.model(t)))
	require.NoError(t, sam.Perturb(x.model(t)))
	sam.Undo()
	require.Equal(t, before, x.all(), "a second Perturb takes the place of the first")
}

// SAM around Adam against the formula of Foret and others in float64: the norm is that of all
// weights together, rows that are not touched have no gradient but go on by their momentum.
func TestSAMFollowsItsFormula(t *testing.T) {
	const rho, steps = 0.05, 600
	x := newSurroundings(t)
	sam := made(t, "sam", WithRho(rho), WithLearnRate(0.01)).(*SAM)
	w, target := widen(x.all()), widen(x.target)
	m, v := make([]float64, len(w)), make([]float64, len(w))
	for k := 1; k <= steps; k++ {
		x.next()
		require.NoError(t, sam.Perturb(x.model(t)))
		require.NoError(t, sam.Step(x.model(t)))

		first := x.quarticGradient(w, target)
		moved := slices.Clone(w)
		for i := range moved {
			moved[i] += rho * first[i] / (norm(first) + 1e-12)
		}
		g := x.quarticGradient(moved, target)
		for i := range w {
			m[i] = 0.9*m[i] + 0.1*g[i]
			v[i] = 0.999*v[i] + 0.001*g[i]*g[i]
			w[i] -= 0.01 * m[i] / (1 - math.Pow(0.9, float64(k))) / math.Sqrt(v[i]/(1-math.Pow(0.999, float64(k)))+1e-8)
		}
	}
	x.table.SettleAll()
	require.InDeltaSlice(t, w, widen(x.all()), 3e-6)
}

// quarticGradient is the gradient of the batch at w: all rows, then the dense weight.
func (x *surroundings) quarticGradient(w, target []float64) []float64 {
	g := make([]float64, len(w))
	quartic(w, g, target)
	for r := range int32(aroundRows) {
		if !slices.Contains(x.rows, r) {
			clear(g[r*aroundDim : (r+1)*aroundDim])
		}
	}
	return g
}

func TestSAMNeedsBothPasses(t *testing.T) {
	x := newSurroundings(t)
	sam := made(t, "sam").(*SAM)
	x.next()
	require.ErrorIs(t, sam.Step(x.model(t)), ErrPass)
	require.ErrorIs(t, sam.Perturb([]gorgonia.ValueGrad{x.model(t)[0], fake.Of(x.dense, fake.Dense(1))}), ErrWeight)
	require.ErrorIs(t, sam.Step(x.model(t)), ErrPass, "Perturb that fails moves nothing")
}
