package solvers_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// Parameters of a solver of one's own.
var (
	delay = solvers.Parameter{Name: "delay", Meaning: "steps before the first step is taken", Default: 3, Range: solvers.AtLeast(0)}
	loud  = solvers.Parameter{Name: "loud", Meaning: "counts what it left out", Switch: true}
)

// delayed leaves out the first steps of a solver.
type delayed struct {
	open
	delay float64
	left  int
	loud  bool
}

// newDelayed takes delay, loud and the options of Adam.
func newDelayed(options ...solvers.Option) (solvers.Solver, error) {
	steps, options, err := delay.Take(options)
	if err != nil {
		return nil, err
	}
	on, options, err := loud.Take(options)
	if err != nil {
		return nil, err
	}
	adam, err := solvers.NewAdam(options...)
	if err != nil {
		return nil, err
	}
	return &delayed{open: open{adam}, delay: steps, loud: on == 1}, nil
}

func (d *delayed) Step(model []gorgonia.ValueGrad) error {
	if d.left < int(d.delay) {
		d.left++
		return nil
	}
	return d.Solver.Step(model)
}

func (d *delayed) String() string { return fmt.Sprintf("Delayed(delay=%v, %v)", d.delay, d.Solver) }

// delayedEntry is the entry of delayed.
func delayedEntry(t *testing.T) solvers.Entry {
	t.Helper()
	adam, err := solvers.Find("adam")
	require.NoError(t, err)
	return solvers.Entry{
		Name: "delayed", Formula: "Adam, later", Reference: "none", Semantics: solvers.EveryStep,
		Parameters: append(adam.Parameters, delay, loud), New: newDelayed,
	}
}

// What a command or a grid does with an entry: it finds the parameters, sets some, and makes the solver.
func TestAnEntryOfOnesOwn(t *testing.T) {
	c, err := solvers.NewCatalog(delayedEntry(t))
	require.NoError(t, err)
	require.Len(t, c.Entries(), len(solvers.Entries())+1)
	e, err := c.Find("delayed")
	require.NoError(t, err)
	require.True(t, e.Takes(solvers.WithBeta1(0)))
	require.True(t, e.Takes(delay.With(1)))
	require.False(t, e.Takes(solvers.WithAlpha(0)))

	s, err := e.New()
	require.NoError(t, err)
	require.Equal(t, "Delayed(delay=3, Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, eps=1e-08))", s.String())
	grid := map[string]float64{"delay": 7, "learning_rate": 0.5, "eps_outside": 1, "on_touch": 0, "loud": 1}
	var options []solvers.Option
	for _, p := range e.Parameters {
		if v, given := grid[p.Name]; given {
			options = append(options, p.With(v))
		}
	}
	require.Len(t, options, len(grid))
	s, err = e.New(options...)
	require.NoError(t, err)
	require.Equal(t, "Delayed(delay=7, Adam(learning_rate=0.5, beta1=0.9, beta2=0.999, eps=1e-08, eps_outside))", s.String())
	require.True(t, s.(*delayed).loud)

	all := c.Parameters()
	names := map[string]int{}
	for _, p := range all {
		names[p.Name]++
		require.Equal(t, 1, names[p.Name], p.Name)
		require.Zero(t, p.Default, "entries differ in it")
	}
	require.Equal(t, 1, names["delay"])

	_, err = c.Find("none")
	require.ErrorIs(t, err, solvers.ErrUnknownSolver)
	require.ErrorContains(t, err, "cowclip, delayed")
	none := (*solvers.Catalog)(nil)
	require.Len(t, none.Entries(), len(solvers.Entries()))
}

func TestValuesOfOnesOwnParametersAreChecked(t *testing.T) {
	e := delayedEntry(t)
	for want, option := range map[string]solvers.Option{
		"delay(-1): the value must be at least 0":  delay.With(-1),
		"delay(NaN): the value must be at least 0": delay.With(math.NaN()),
		"delay(1e+39): the value must be":          delay.With(1e39),
		"loud(2): a switch is 1 or 0":              loud.With(2),
		"WithAlpha does not apply to Adam":         solvers.WithAlpha(1),
		"WithEps(0): the value must be above 0":    solvers.WithEps(0),
		"other does not apply to Adam":             solvers.Parameter{Name: "other"}.With(1),
		// Options that were made elsewhere, under names of package solvers.
		"WithLearnRate(-1): the value must be above 0": solvers.Parameter{Name: "learning_rate"}.With(-1),
		"WithClip(-1): the value must be above 0":      solvers.Parameter{Name: "clip"}.With(-1),
	} {
		_, err := e.New(option)
		require.ErrorIs(t, err, solvers.ErrOption, want)
		require.ErrorContains(t, err, want)
	}
	s, err := e.New(solvers.Parameter{Name: "learning_rate"}.With(0.25))
	require.NoError(t, err)
	require.Contains(t, s.String(), "learning_rate=0.25")
	_, err = solvers.NewAdamAR(solvers.Parameter{Name: "half_life"}.With(10), solvers.WithAlpha(1))
	require.ErrorContains(t, err, "WithAlpha and WithHalfLife exclude each other")
	_, err = solvers.NewAdamAR(solvers.Parameter{Name: "buckets"}.With(1))
	require.ErrorIs(t, err, solvers.ErrOption)
	require.ErrorContains(t, solvers.Unused("Mine", []solvers.Option{delay.With(1)}), "delay does not apply to Mine")
	require.NoError(t, solvers.Unused("Mine", nil))
	require.Equal(t, "in [0, 0.5]", solvers.Within(0, 0.5).Words)
}

func TestBadEntriesAreNamed(t *testing.T) {
	good := delayedEntry(t)
	with := func(change func(e *solvers.Entry)) []solvers.Entry {
		e := good
		change(&e)
		return []solvers.Entry{e}
	}
	parameter := func(p solvers.Parameter) []solvers.Entry {
		return with(func(e *solvers.Entry) { e.Parameters = []solvers.Parameter{p} })
	}
	for want, own := range map[string][]solvers.Entry{
		`own entry 0 (""): the name must be`:                                                                        with(func(e *solvers.Entry) { e.Name = "" }),
		`own entry 0 ("My Adam"): the name must be`:                                                                 with(func(e *solvers.Entry) { e.Name = "My Adam" }),
		`own entry 0 ("adamar"): there is a solver of that name`:                                                    with(func(e *solvers.Entry) { e.Name = "adamar" }),
		`own entry 1 ("delayed"): there is a solver of that name`:                                                   {good, good},
		`own entry 0 ("delayed"): it has no New`:                                                                    with(func(e *solvers.Entry) { e.New = nil }),
		`own entry 0 ("delayed"): parameter 1 ("loud"): the entry`:                                                  with(func(e *solvers.Entry) { e.Parameters = []solvers.Parameter{loud, loud} }),
		`parameter 0 ("Delay"): the name must be`:                                                                   parameter(solvers.Parameter{Name: "Delay", Meaning: "x"}),
		`parameter 0 ("buckets"): the name must be`:                                                                 parameter(solvers.Parameter{Name: "buckets", Meaning: "x"}),
		`parameter 0 ("x"): it has no Meaning`:                                                                      parameter(solvers.Parameter{Name: "x"}),
		`parameter 0 ("x"): the default: solvers: bad option: x(-1)`:                                                parameter(solvers.Parameter{Name: "x", Meaning: "x", Default: -1, Range: solvers.Above(0)}),
		`parameter 0 ("alpha"): here it is "opacity: must be finite as a float32", in adamar "strength of adaptive`: parameter(solvers.Parameter{Name: "alpha", Meaning: "opacity"}),
		`parameter 0 ("on_touch"): here it is "rows move only when a batch touches them: must be finite`:            parameter(solvers.Parameter{Name: "on_touch", Meaning: "rows move only when a batch touches them"}),
		`own entry 1 ("other"): parameter 0 ("delay"): here it is "seconds`: append([]solvers.Entry{good},
			with(func(e *solvers.Entry) {
				e.Name, e.Parameters = "other", []solvers.Parameter{{Name: "delay", Meaning: "seconds"}}
			})...),
	} {
		_, err := solvers.NewCatalog(own...)
		require.ErrorIs(t, err, solvers.ErrCatalog, want)
		require.ErrorContains(t, err, want)
	}
}

// Every number knows its range, as errors say it, and no entry of the package is bad.
func TestEveryParameterHasMeaningAndRange(t *testing.T) {
	var without []solvers.Entry
	for _, e := range solvers.Entries() {
		for _, p := range e.Parameters {
			require.NotEmpty(t, p.Meaning, p.Name)
			require.Equal(t, p.Switch, p.Range.Words == "", p.Name)
			again, found := e.Parameter(p.Name)
			require.True(t, found)
			require.Equal(t, p.DefaultText(), again.DefaultText())
		}
		e.Name += "-again"
		without = append(without, e)
	}
	_, err := solvers.NewCatalog(without...)
	require.NoError(t, err)
}
