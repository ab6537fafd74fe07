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

// trained is a table and a dense weight under a solver.
type trained struct {
	t      *testing.T
	solver Solver
	table  *graph.Table
	dense  *tensor.Dense

	elsewhere bool // gradients are of samples that another process reads, so nothing is settled before a step
}

const stateRows, stateDim = 1500, 4

func newTrained(t *testing.T, s Solver) *trained {
	t.Helper()
	return &trained{t: t, solver: s, table: tableFor(t, s, stateRows, stateDim), dense: tensor.New(tensor.WithShape(3, 5), tensor.Of(tensor.Float32))}
}

// step takes step i, whose gradient depends on i only, on a few rows.
func (x *trained) step(i int) {
	x.t.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(i)))
	var rows []int32
	for r := range int32(stateRows) {
		if rng.IntN(1+int(r)) < 8 {
			rows = append(rows, r)
		}
	}
	model := func() []gorgonia.ValueGrad {
		values := make([]float32, len(rows)*stateDim)
		for i := range values {
			values[i] = float32(rng.NormFloat64())
		}
		g, err := graph.NewRowGrad(rows, values, stateDim)
		require.NoError(x.t, err)
		dense := tensor.New(tensor.WithShape(3, 5), tensor.Of(tensor.Float32))
		for i := range dense.Float32s() {
			dense.Float32s()[i] = float32(rng.NormFloat64())
		}
		return []gorgonia.ValueGrad{fake.Of(x.table, g), fake.Of(x.dense, dense)}
	}
	if !x.elsewhere {
		x.table.Settle(rows)
	}
	if sam, is := As[TwoPass](x.solver); is {
		require.NoError(x.t, sam.Perturb(model()))
	}
	require.NoError(x.t, x.solver.Step(model()))
}

// copyOf is the same weights and state under a new solver.
func (x *trained) copyOf(s Solver) *trained {
	x.t.Helper()
	y := newTrained(x.t, s)
	copy(y.table.Floats(), x.table.Floats())
	copy(y.table.Halves(), x.table.Halves())
	copy(y.dense.Float32s(), x.dense.Float32s())
	for _, w := range [][2]gorgonia.Value{{x.table, y.table}, {x.dense, y.dense}} {
		parts, err := as[Stateful](x.t, x.solver).State(w[0])
		require.NoError(x.t, err)
		require.NoError(x.t, as[Stateful](x.t, s).Restore(w[1], parts))
	}
	return y
}

func TestARestoredSolverGoesOnWithTheSameBits(t *testing.T) {
	entries := Entries()
	buckets := make([]uint8, stateRows)
	for i := range buckets {
		buckets[i] = uint8(i % 4)
	}
	for _, form := range halfForms() {
		entries = append(entries, Entry{Name: form.name, New: func(...Option) (Solver, error) { return NewAdamAR(append(form.options, WithSeed(7))...) }})
	}
	for _, e := range append(entries, Entry{Name: "buckets", New: func(...Option) (Solver, error) {
		entry, err := Find("adamar")
		require.NoError(t, err)
		return entry.New(WithBuckets(2, 1e-3))
	}}) {
		t.Run(e.Name, func(t *testing.T) {
			newSolver := func() Solver {
				s, err := e.New()
				require.NoError(t, err)
				return started(s)
			}
			x := newTrained(t, newSolver())
			defer x.solver.Free()
			if e.Name == "buckets" {
				require.NoError(t, as[Bucketed](t, x.solver).SetBuckets(x.table, buckets))
			}
			for i := range 300 {
				x.step(i)
				if i == 120 {
					x.solver.SettleAll()
				}
			}
			before, halvesBefore := slices.Clone(x.table.Floats()), slices.Clone(x.table.Halves())
			settled := make([]float32, stateRows*stateDim)
			as[Previewer](t, x.solver).Settled(x.table, settled)
			require.Equal(t, before, x.table.Floats())
			require.Equal(t, halvesBefore, x.table.Halves())

			y := x.copyOf(newSolver())
			defer y.solver.Free()
			z := x.copyOf(newSolver())
			defer z.solver.Free()
			z.solver.SettleAll()
			require.Equal(t, settledOf(z.table), settled)
			for i := range 200 {
				x.step(300 + i)
				y.step(300 + i)
			}
			require.Equal(t, settledOf(x.table), settledOf(y.table))
			require.Equal(t, x.table.Halves(), y.table.Halves())
			require.Equal(t, x.dense.Float32s(), y.dense.Float32s())
			require.Equal(t, x.solver.String(), y.solver.String())
		})
	}
}

func TestAStateThatDoesNotFitIsAnError(t *testing.T) {
	x := newTrained(t, must[*AdamAR](t)(NewAdamAR()))
	defer x.solver.Free()
	for i := range 3 {
		x.step(i)
	}
	fresh := func() []StatePart {
		parts, err := as[Stateful](x.t, x.solver).State(x.table)
		require.NoError(t, err)
		for i := range parts {
			parts[i].Ints, parts[i].Floats = slices.Clone(parts[i].Ints), slices.Clone(parts[i].Floats)
		}
		return parts
	}
	part := func(parts []StatePart, name string) *StatePart {
		return &parts[slices.IndexFunc(parts, func(s StatePart) bool { return s.Name == name })]
	}
	for want, damage := range map[string]func(parts []StatePart) []StatePart{
		"3 parts, want 4": func(p []StatePart) []StatePart { return p[1:] },
		`part "v" is missing`: func(p []StatePart) []StatePart {
			part(p, "v").Name = "w"
			return p
		},
		`part "m" is missing, or is not of 6000 values`: func(p []StatePart) []StatePart {
			part(p, "m").Floats = make([]float32, 10)
			return p
		},
		"row 2 has its latest gradient at step 9": func(p []StatePart) []StatePart {
			part(p, "steps").Ints[4] = 9
			return p
		},
		"learning rates for 1 steps": func(p []StatePart) []StatePart {
			part(p, "clock").Ints[0] = 1
			return p
		},
		"decays of 1 rows": func(p []StatePart) []StatePart { return append(p, StatePart{Name: "decays", Ints: []uint32{0}}) },
		"row 0 has decay 7 of 1": func(p []StatePart) []StatePart {
			return append(p, StatePart{Name: "decays", Ints: slices.Repeat([]uint32{7}, stateRows)})
		},
	} {
		y := newTrained(t, must[*AdamAR](t)(NewAdamAR()))
		err := as[Stateful](t, y.solver).Restore(y.table, damage(fresh()))
		require.ErrorIs(t, err, ErrState)
		require.ErrorContains(t, err, want)
		y.solver.Free()
	}
}

func TestStringNamesTheSolverAndItsOptions(t *testing.T) {
	adam := must[*Adam](t)(NewAdam(WithOnTouch()))
	sam := must[*SAM](t)(NewSAM(adam, WithRho(0.1)))
	require.Equal(t, "SAM(rho=0.1, Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-08, on_touch))", sam.String())
	require.Equal(t, "MEDA(seed=3, Adagrad(learning_rate=0.01, eps=1e-10, eps_outside, on_touch))",
		must[*MEDA](t)(NewMEDA(must[*Adagrad](t)(NewAdagrad()), WithSeed(3))).String())
	require.Contains(t, must[*AdamAR](t)(NewAdamAR(WithAlpha(0.5), WithBuckets(2, 0.1))).String(), "alpha=0.5, buckets=2:0.1")
}

// A state that lies about how many steps were taken must not make room for them.
func TestAStateThatLiesAboutItsClock(t *testing.T) {
	for _, name := range []string{"adamar", "adam", "adagradw", "rmsprop-ar", "l2"} {
		entry, err := Find(name)
		require.NoError(t, err)
		s, err := entry.New()
		require.NoError(t, err)
		x := newTrained(t, s)
		for i := range 3 {
			x.step(i)
		}
		parts, err := as[Stateful](t, s).State(x.table)
		require.NoError(t, err)
		at := slices.IndexFunc(parts, func(p StatePart) bool { return p.Name == clockPart })
		parts[at].Ints = []uint32{4_000_000_000}
		require.ErrorIs(t, as[Stateful](t, s).Restore(x.table, parts), ErrState, name)
	}
}
