package solvers_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// opaque is a wrapper whose author did not think of Unwrap.
type opaque struct{ solvers.Solver }

// open is a wrapper that says what it wraps, and nothing else.
type open struct{ solvers.Solver }

func (o open) Unwrap() solvers.Solver { return o.Solver }

// plain is a wrapper that also says that it neither reads counts nor needs whole tables.
type plain struct{ open }

func (plain) NeedsCounts() bool  { return false }
func (plain) CheckSpread() error { return nil }

// newSolver makes a solver of the catalog.
func newSolver(t *testing.T, name string, options ...solvers.Option) solvers.Solver {
	t.Helper()
	e, err := solvers.Find(name)
	require.NoError(t, err)
	s, err := e.New(options...)
	require.NoError(t, err)
	return s
}

// stepOf takes a step on three rows of a table and on a dense weight.
func stepOf(t *testing.T, s gorgonia.Solver, table *graph.Table) error {
	t.Helper()
	g, err := graph.NewRowGrad([]int32{0, 1, 2}, make([]float32, 6), 2)
	require.NoError(t, err)
	return s.Step([]gorgonia.ValueGrad{fake.Of(table, g), fake.Of(fake.Dense(1, 2), fake.Dense(1, 1))})
}

func TestCapabilitiesAreFoundThroughWrappers(t *testing.T) {
	adam, sam, meda := newSolver(t, "adam"), newSolver(t, "sam"), newSolver(t, "meda")
	for name, has := range map[string]bool{
		"itself":             isA[solvers.LearnRater](adam),
		"through one":        isA[solvers.LearnRater](open{adam}),
		"through two":        isA[solvers.LearnRater](open{open{adam}}),
		"through SAM":        isA[solvers.LearnRater](sam),
		"through MEDA":       isA[solvers.Stateful](meda),
		"SAM through two":    isA[solvers.TwoPass](open{plain{open{sam}}}),
		"MEDA through two":   isA[solvers.EpochStarter](open{open{meda}}),
		"a type through two": isA[*solvers.Adam](open{open{adam}}),
		"the wrapper":        isA[open](open{adam}),
	} {
		require.True(t, has, name)
	}
	for name, has := range map[string]bool{
		"what none does":         isA[solvers.TwoPass](open{adam}),
		"behind an opaque one":   isA[solvers.LearnRater](opaque{adam}),
		"behind one in between":  isA[solvers.LearnRater](open{opaque{adam}}),
		"a solver of Gorgonia's": isA[solvers.LearnRater](gorgonia.NewAdamSolver()),
		"nil":                    isA[solvers.LearnRater](nil),
		"a wrapper of nil":       isA[solvers.LearnRater](open{}),
	} {
		require.False(t, has, name)
	}
	state, _ := solvers.As[solvers.LearnRater](open{open{sam}})
	require.NoError(t, state.SetLearnRate(0.5))
	inner, _ := solvers.As[solvers.LearnRater](sam)
	require.Equal(t, 0.5, inner.LearnRate())
}

func isA[T any](s gorgonia.Solver) bool {
	_, is := solvers.As[T](s)
	return is
}

// What a solver does not need, every solver of a chain must say; a wrapper may need it though the solver
// inside does not.
func TestWhatIsUnknownIsNeeded(t *testing.T) {
	adam := newSolver(t, "adam")
	for _, c := range []struct {
		solver        solvers.Solver
		counts        bool
		cannotSpread  bool
		cannotBecause string
	}{
		{solver: adam},
		{solver: plain{open{adam}}},
		{solver: plain{open{plain{open{adam}}}}},
		{solver: newSolver(t, "meda")},
		{solver: newSolver(t, "cowclip"), counts: true},
		{solver: newSolver(t, "fal"), counts: true, cannotSpread: true, cannotBecause: "FAL needs the largest count"},
		{solver: newSolver(t, "sam"), cannotSpread: true, cannotBecause: "SAM needs the norm"},
		{solver: plain{open{newSolver(t, "fal")}}, counts: true, cannotSpread: true, cannotBecause: "FAL"},
		{solver: open{adam}, counts: true, cannotSpread: true, cannotBecause: "solvers_test.open does not say that it can"},
		{solver: opaque{adam}, counts: true, cannotSpread: true, cannotBecause: "solvers_test.opaque does not say that it can"},
		{solver: plain{open{opaque{adam}}}, counts: true, cannotSpread: true, cannotBecause: "solvers_test.opaque"},
	} {
		name := fmt.Sprintf("%T", c.solver)
		require.Equal(t, c.counts, solvers.NeedsCounts(c.solver), name)
		err := solvers.CheckSpread(c.solver)
		require.Equal(t, c.cannotSpread, err != nil, name)
		if c.cannotSpread {
			require.ErrorContains(t, err, c.cannotBecause)
		}
	}
}

// A wrapper without Unwrap hides what its solver needs of a loop. The loop then does not do it, and the
// solver refuses to step, rather than to step wrongly.
func TestAHiddenNeedIsAnError(t *testing.T) {
	for want, hidden := range map[error]solvers.Solver{
		solvers.ErrPass:    newSolver(t, "sam"),
		solvers.ErrEpoch:   newSolver(t, "meda"),
		solvers.ErrBuckets: newSolver(t, "adamar", solvers.WithBuckets(2, 0.1)),
	} {
		for _, s := range []solvers.Solver{hidden, opaque{hidden}, open{opaque{hidden}}} {
			table := fake.Table(t, 3, 2, 1)
			require.ErrorIs(t, stepOf(t, s, table), want)
			require.Equal(t, []float32{1, 1, 1, 1, 1, 1}, table.Floats())
		}
	}
	_, err := solvers.NewMEDA(opaque{newSolver(t, "adam")})
	require.ErrorIs(t, err, solvers.ErrOption)
	require.ErrorContains(t, err, "MEDA around solvers_test.opaque, which is not a solvers.Forgetter")
	for _, hidden := range []string{"sam", "meda"} {
		s, err := solvers.NewSAM(opaque{newSolver(t, hidden)})
		require.NoError(t, err, "it cannot be seen")
		table := fake.Table(t, 3, 2, 1)
		g, err := graph.NewRowGrad([]int32{0}, []float32{1, 1}, 2)
		require.NoError(t, err)
		require.NoError(t, s.Perturb([]gorgonia.ValueGrad{fake.Of(table, g)}))
		require.Error(t, s.Step([]gorgonia.ValueGrad{fake.Of(table, g)}))
	}
	for _, wrapped := range []string{"sam", "meda"} {
		_, err := solvers.NewSAM(open{newSolver(t, wrapped)})
		require.ErrorContains(t, err, "it wraps a plain solver only")
	}
}

func TestRowsThatSettleOutOfSightAreNotCopied(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, wrap := range map[string]func(solvers.Solver) solvers.Solver{
		"bare":   func(s solvers.Solver) solvers.Solver { return s },
		"open":   func(s solvers.Solver) solvers.Solver { return open{s} },
		"opaque": func(s solvers.Solver) solvers.Solver { return opaque{s} },
	} {
		s := wrap(newSolver(t, "adamw", solvers.WithWeightDecay(0.5)))
		table := fake.Table(t, 4, 2, 1)
		table.Initialize(graph.Normal(1), rng)
		require.NoError(t, stepOf(t, s, table))
		before, dst := append([]float32(nil), table.Floats()...), make([]float32, 8)
		err := solvers.Settled(s, table, dst)
		if name == "opaque" {
			require.ErrorIs(t, err, errors.ErrUnsupported)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, before, table.Floats())
		require.InDelta(t, before[6]/2, dst[6], 1e-6, "row 3 has lost half of itself")
	}
	onTouch, table, dst := opaque{newSolver(t, "adam", solvers.WithOnTouch())}, fake.Table(t, 4, 2, 3), make([]float32, 8)
	require.NoError(t, stepOf(t, onTouch, table))
	require.NoError(t, solvers.Settled(onTouch, table, dst), "nothing settles")
	require.Equal(t, table.Floats(), dst)
}

// A run that goes on within an epoch restores the state, and does not begin the epoch again.
func TestMEDAGoesOnWithinAnEpoch(t *testing.T) {
	meda, table := newSolver(t, "meda"), fake.Table(t, 3, 2, 1)
	state, is := solvers.As[solvers.Stateful](meda)
	require.True(t, is)
	parts, err := state.State(table)
	require.NoError(t, err)
	require.ErrorIs(t, stepOf(t, meda, table), solvers.ErrEpoch)
	require.NoError(t, state.Restore(table, parts))
	require.NoError(t, stepOf(t, meda, table))
}

func TestLastGradientOfRows(t *testing.T) {
	s, table := newSolver(t, "adamar"), fake.Table(t, 4, 2, 1)
	for _, rows := range [][]int32{{0, 1}, {1, 2}, {2}} {
		g, err := graph.NewRowGrad(rows, []float32{1, 1, 1, 1}[:2*len(rows)], 2)
		require.NoError(t, err)
		require.NoError(t, s.Step([]gorgonia.ValueGrad{fake.Of(table, g)}))
	}
	tracker, is := solvers.As[solvers.GradientTracker](s)
	require.True(t, is)
	state, is := solvers.As[solvers.Stateful](s)
	require.True(t, is)
	parts, err := state.State(table)
	require.NoError(t, err)
	saved, err := solvers.RecencyOf(func(name string) ([]uint32, error) {
		for _, p := range parts {
			if p.Name == name {
				return p.Ints, nil
			}
		}
		return nil, errors.New("no part " + name)
	})
	require.NoError(t, err)
	require.Equal(t, 3, saved.Steps)
	require.Equal(t, 4, saved.Rows())
	for row, want := range []int{1, 2, 3, 0} {
		require.Equal(t, want, tracker.LastGradient(table, row))
		require.Equal(t, want, saved.LastGradient(row))
	}
	require.Zero(t, tracker.LastGradient(fake.Table(t, 1, 1, 0), 0), "a table that was never stepped")
	missing := errors.New("missing")
	_, err = solvers.RecencyOf(func(string) ([]uint32, error) { return nil, missing })
	require.ErrorIs(t, err, missing)
	_, err = solvers.RecencyOf(func(string) ([]uint32, error) { return nil, nil })
	require.ErrorIs(t, err, solvers.ErrState)
}

func TestPartsOfATableHaveValuesForEachRow(t *testing.T) {
	for name, c := range map[string]struct {
		part solvers.StatePart
		bad  string
	}{
		"by row":          {part: solvers.StatePart{Name: "m", Floats: make([]float32, 6)}},
		"of the table":    {part: solvers.StatePart{Name: "clock", Ints: make([]uint32, 2)}},
		"neither":         {solvers.StatePart{Name: "total", Floats: make([]float32, 4)}, `part "total" has 4 values for 3 rows`},
		"numbers by row":  {part: solvers.StatePart{Name: "steps", Ints: make([]uint32, 6)}},
		"rates of a step": {part: solvers.StatePart{Name: "rates", Doubles: make([]float64, 7)}},
	} {
		err := c.part.Check(3)
		require.Equal(t, c.bad != "", err != nil, name)
		if c.bad != "" {
			require.ErrorIs(t, err, solvers.ErrState)
			require.ErrorContains(t, err, c.bad)
		}
	}
}

func TestNamesOfParts(t *testing.T) {
	require.Equal(t, "deep/table/steps", solvers.PartName("deep/table", "steps"))
	for name, want := range map[string]string{
		"deep/table/steps": "steps", "deep/table/" + solvers.UnsettledPart: "", "deep/table/x/m": "", "wide/table/m": "", "deep/tables/m": "",
	} {
		part, found := solvers.CutPartName(name, "deep/table")
		require.Equal(t, want != "", found, name)
		if found {
			require.Equal(t, want, part)
		}
	}
}

// shipped are the solvers of Gorgonia v0.9.18.
func shipped() []gorgonia.Solver {
	return []gorgonia.Solver{
		gorgonia.NewVanillaSolver(), gorgonia.NewMomentum(), gorgonia.NewAdamSolver(), gorgonia.NewAdaGradSolver(),
		gorgonia.NewRMSPropSolver(), gorgonia.NewBarzilaiBorweinSolver(), gorgonia.NewAdamW(),
	}
}

// hands is a solver of one's own that embeds one of Gorgonia's.
type hands struct{ gorgonia.Solver }

func TestCheckRefusesSolversOfGorgonia(t *testing.T) {
	for _, s := range shipped() {
		err := solvers.Check(s)
		require.ErrorIs(t, err, solvers.ErrSolver)
		require.ErrorContains(t, err, fmt.Sprintf("%T does not take row gradients", s))
		require.ErrorIs(t, solvers.Check(hands{s}), solvers.ErrSolver)
	}
	require.ErrorIs(t, solvers.Check(nil), solvers.ErrSolver)
	for _, e := range solvers.Entries() {
		s, err := e.New()
		require.NoError(t, err)
		require.NoError(t, solvers.Check(s))
		require.NoError(t, solvers.Check(opaque{s}))
	}
}
