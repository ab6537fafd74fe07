package solvers

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// epochs is a model of one table and one dense weight.
type epochs struct {
	weights *graph.Weights
	table   *graph.Table
	dense   *tensor.Dense
	rng     *rand.Rand // of gradients
}

func newEpochs(t *testing.T) *epochs { return newEpochsFrom(t, graph.Normal(0.01)) }

func newEpochsFrom(t *testing.T, init graph.Initializer) *epochs {
	t.Helper()
	x := &epochs{weights: graph.NewWeights(rand.New(rand.NewPCG(1, 1))), rng: rand.New(rand.NewPCG(2, 2))}
	b := graph.NewBuilder(1, []graph.Field{{Name: "f", Rows: 50}}, x.weights)
	b.EmbeddingInit = init
	x.table = b.Table("deep/table", 4).Value().(*graph.Table)
	x.dense = b.Weight("mlp", 3, 4, graph.Normal(0.1)).Value().(*tensor.Dense)
	require.NoError(t, b.Err())
	return x
}

// train takes steps with random gradients, of some rows often and others seldom.
func (x *epochs) train(t *testing.T, s Solver, steps int) {
	t.Helper()
	for range steps {
		var rows []int32
		for r := range int32(50) {
			if x.rng.IntN(2+2*int(r)) == 0 {
				rows = append(rows, r)
			}
		}
		values, dense := make([]float32, 4*len(rows)), make([]float32, 12)
		graph.Normal(0.01)(values, x.rng)
		graph.Normal(0.01)(dense, x.rng)
		x.table.Settle(rows)
		g, err := graph.NewRowGrad(rows, values, 4)
		require.NoError(t, err)
		require.NoError(t, s.Step([]gorgonia.ValueGrad{fake.Of(x.table, g),
			fake.Of(x.dense, tensor.New(tensor.WithShape(3, 4), tensor.WithBacking(dense)))}))
	}
	s.SettleAll()
}

// stateOf is a copy of the state of a weight.
func stateOf(t *testing.T, s Solver, weight gorgonia.Value) []StatePart {
	t.Helper()
	parts, err := as[Stateful](t, s).State(weight)
	require.NoError(t, err)
	for i := range parts {
		parts[i].Floats, parts[i].Ints, parts[i].Doubles = slices.Clone(parts[i].Floats), slices.Clone(parts[i].Ints), slices.Clone(parts[i].Doubles)
	}
	return parts
}

func TestMEDABeginsEpochsWithNewTables(t *testing.T) {
	for _, name := range []string{"adam", "adamar", "adagrad", "fal", "l2"} {
		t.Run(name, func(t *testing.T) {
			base, meda := newEpochs(t), newEpochs(t)
			plain := made(t, name)
			wrapped := must[*MEDA](t)(NewMEDA(made(t, name), WithSeed(9)))
			wrapped.StartEpoch(1, meda.weights)
			for _, steps := range []int{100, 150} {
				base.train(t, plain, steps)
				meda.train(t, wrapped, steps)
			}
			require.Equal(t, base.table.Floats(), meda.table.Floats(), "epoch 1 is that of the base")
			require.Equal(t, base.dense.Data(), meda.dense.Data())

			dense, denseState := slices.Clone(meda.dense.Float32s()), stateOf(t, wrapped, meda.dense)
			require.NoError(t, as[LearnRater](t, wrapped).SetLearnRate(2e-3))
			wrapped.StartEpoch(2, meda.weights)
			require.Equal(t, dense, meda.dense.Float32s(), "dense weights are kept")
			require.Equal(t, denseState, stateOf(t, wrapped, meda.dense), "and their state")
			require.NotEqual(t, base.table.Floats(), meda.table.Floats())
			drawn := slices.Clone(meda.table.Floats())

			// From here on the table is one that a new solver has never seen.
			fresh := newEpochs(t)
			copy(fresh.table.Floats(), drawn)
			fresh.rng = rand.New(rand.NewPCG(3, 3))
			meda.rng = rand.New(rand.NewPCG(3, 3))
			again := made(t, name, WithLearnRate(2e-3))
			for _, steps := range []int{100, 150} {
				meda.train(t, wrapped, steps)
				fresh.train(t, again, steps)
			}
			require.Equal(t, fresh.table.Floats(), meda.table.Floats())
			require.Equal(t, stateOf(t, again, fresh.table), stateOf(t, wrapped, meda.table))
		})
	}
}

func TestWhatMEDADrawsDependsOnSeedAndEpochOnly(t *testing.T) {
	draw := func(seed uint64, epoch int) []float32 {
		x := newEpochs(t)
		s := must[*MEDA](t)(NewMEDA(made(t, "adam"), WithSeed(seed)))
		s.StartEpoch(1, x.weights)
		x.train(t, s, int(seed))
		s.StartEpoch(epoch, x.weights)
		return x.table.Floats()
	}
	require.Equal(t, draw(1, 2), draw(1, 2))
	require.NotEqual(t, draw(1, 2), draw(1, 3))
	require.NotEqual(t, draw(1, 2), draw(2, 2))
}

// Equation 14 of the paper: MEDA is Algorithm 1 with a lambda of 1 at the first step of an epoch and of 0 at all others.
func TestMEDAThatKeepsTheStateIsEquation14(t *testing.T) {
	const perEpoch, dim = 150, 4
	for name, f := range map[string]func(formulaDecay) formula{
		"adam":    func(lambda formulaDecay) formula { return adamFormula(0.9, 0.999, rootInside(1e-8), lambda) },
		"adagrad": func(lambda formulaDecay) formula { return adagradFormula(rootOutside(1e-10), lambda) },
	} {
		t.Run(name, func(t *testing.T) {
			x, base := newEpochsFrom(t, graph.Zeros()), made(t, name)
			rate := as[LearnRater](t, base).LearnRate()
			s := must[*MEDA](t)(NewMEDA(base, WithKeepState()))
			follow := f(func(_ *referenceRow, step referenceStep) float64 {
				if step.k > 1 && step.k%perEpoch == 1 {
					return 1
				}
				return 0
			})
			rows := make([]*referenceRow, x.table.Rows())
			for r := range rows {
				rows[r] = &referenceRow{w: make([]float64, dim), m: make([]float64, dim), v: make([]float64, dim)}
			}
			for k := 1; k <= 3*perEpoch; k++ {
				if k%perEpoch == 1 {
					s.StartEpoch(1+k/perEpoch, x.weights)
				}
				r := int32(x.rng.IntN(1 + x.rng.IntN(len(rows))))
				values := make([]float32, dim)
				graph.Normal(0.01)(values, x.rng)
				g, err := graph.NewRowGrad([]int32{r}, values, dim)
				require.NoError(t, err)
				x.table.Settle(g.Rows)
				require.NoError(t, s.Step([]gorgonia.ValueGrad{fake.Of(x.table, g)}))
				for i, row := range rows {
					gradient := make([]float64, dim)
					if int32(i) == r {
						gradient = widen(values)
					}
					follow(row, gradient, referenceStep{k: k, rate: rate})
				}
			}
			s.SettleAll()
			for r, row := range rows {
				for j, want := range row.w {
					require.InDelta(t, want, x.table.Row(r)[j], 1e-6, "row %d", r)
				}
			}
		})
	}
}

func TestMEDADoesNotKeepTheStateOfRowsInBFloat16(t *testing.T) {
	_, err := NewMEDA(made(t, "adam", WithRowWeights()), WithKeepState())
	require.ErrorIs(t, err, ErrOption)
	require.ErrorContains(t, err, "WithKeepState and WithRowWeights exclude each other")
}
