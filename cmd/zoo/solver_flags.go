package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/spf13/pflag"
)

// numberFlags and switchFlags are the options of solvers by the names of their parameters.
var numberFlags = map[string]func(float64) solvers.Option{
	"learning_rate": solvers.WithLearnRate, "dense_learning_rate": solvers.WithDenseLearnRate,
	"beta1": solvers.WithBeta1, "beta2": solvers.WithBeta2, "eps": solvers.WithEps,
	"alpha": solvers.WithAlpha, "half_life": solvers.WithHalfLife, "min_shrinkage": solvers.WithMinShrinkage,
	"weight_decay": solvers.WithWeightDecay, "l2": solvers.WithL2Reg, "rho": solvers.WithRho,
	"clip_ratio": solvers.WithClipRatio, "clip_floor": solvers.WithClipFloor, "clip": solvers.WithClip,
}

var switchFlags = map[string]func() solvers.Option{
	"eps_inside": solvers.WithEpsInside, "eps_outside": solvers.WithEpsOutside, "on_touch": solvers.WithOnTouch,
	"scaled_decay": solvers.WithScaledDecay, "dense_decay": solvers.WithDenseDecay,
}

// solverFlags are the flags of solvers' options. They are the same for all solvers of a command;
// each solver takes those it knows.
type solverFlags struct {
	flags    *pflag.FlagSet
	numbers  map[string]*float64
	switches map[string]*bool
}

// newSolverFlags adds a flag for every parameter in the catalog of solvers.
func newSolverFlags(flags *pflag.FlagSet) *solverFlags {
	f := &solverFlags{flags, map[string]*float64{}, map[string]*bool{}}
	for _, entry := range solvers.Catalog() {
		for _, p := range entry.Parameters() {
			name := flagName(p.Name)
			if flags.Lookup(name) != nil {
				continue
			}
			if numberFlags[p.Name] != nil {
				f.numbers[p.Name] = flags.Float64(name, 0, p.Meaning+" (defaults: zoo solvers)")
			} else if switchFlags[p.Name] != nil {
				f.switches[p.Name] = flags.Bool(name, false, p.Meaning)
			}
		}
	}
	return f
}

func flagName(parameter string) string { return strings.ReplaceAll(parameter, "_", "-") }

// options are those that were given on the command line and that the solver takes.
func (f *solverFlags) options(entry solvers.Entry, seed uint64) []solvers.Option {
	var options []solvers.Option
	for _, p := range entry.Parameters() {
		given := f.flags.Changed(flagName(p.Name))
		switch {
		case p.Name == "seed":
			options = append(options, solvers.WithSeed(seed))
		case given && f.numbers[p.Name] != nil:
			options = append(options, numberFlags[p.Name](*f.numbers[p.Name]))
		case given && f.switches[p.Name] != nil && *f.switches[p.Name]:
			options = append(options, switchFlags[p.Name]())
		}
	}
	return options
}

// check finds the flags that none of the solvers takes.
func (f *solverFlags) check(names []string) error {
	known := map[string]bool{}
	for _, name := range names {
		entry, err := solvers.Find(name)
		if err != nil {
			return fmt.Errorf("--solver: %w", err)
		}
		for _, p := range entry.Parameters() {
			known[flagName(p.Name)] = true
		}
	}
	var unused []string
	f.flags.Visit(func(flag *pflag.Flag) {
		parameter := strings.ReplaceAll(flag.Name, "-", "_")
		if (f.numbers[parameter] != nil || f.switches[parameter] != nil) && !known[flag.Name] {
			unused = append(unused, "--"+flag.Name)
		}
	})
	if slices.Sort(unused); len(unused) > 0 {
		return fmt.Errorf("%s does not apply to --solver %s", strings.Join(unused, ", "), strings.Join(names, ","))
	}
	return nil
}

// newSolver makes a solver with the options that were given.
func (f *solverFlags) newSolver(name string, seed uint64) (solvers.Solver, error) {
	entry, err := solvers.Find(name)
	if err != nil {
		return nil, fmt.Errorf("--solver: %w", err)
	}
	s, err := entry.New(f.options(entry, seed)...)
	if err != nil {
		return nil, fmt.Errorf("--solver %s: %w", name, err)
	}
	return s, nil
}
