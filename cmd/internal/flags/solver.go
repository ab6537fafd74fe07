package flags

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/spf13/pflag"
)

// Solver holds the flags of solvers' options. They are the same for all solvers of a command;
// each solver takes those it knows.
type Solver struct {
	flags    *pflag.FlagSet
	catalog  *solvers.Catalog
	numbers  map[string]*float64
	switches map[string]*bool

	halfLife        string
	precisions      map[string]*graph.Precision // of rows, by parameter
	adaptiveBuckets int
	bucketDecay     float64

	Buckets train.Buckets // how rows are divided by frequency
}

// Scale holds what the options of a solver depend on besides the flags.
type Scale struct {
	Seed          uint64
	StepsPerEpoch int
	StepsPerDay   int // of a stream; 0: there are no days
}

// AddSolver adds the flags of a solver, after the other flags of the command: see AddModelAndSolver.
func AddSolver(flags *pflag.FlagSet, c *Catalogs) *Solver {
	f := newSolver(flags, c)
	f.addParameters(c)
	return f
}

// newSolver adds the flags that do not depend on the solvers.
func newSolver(flags *pflag.FlagSet, c *Catalogs) *Solver {
	f := &Solver{
		flags: flags, catalog: c.Solvers, numbers: map[string]*float64{}, switches: map[string]*bool{},
		precisions: map[string]*graph.Precision{rowState: new(graph.Precision), rowWeights: new(graph.Precision)},
	}
	flags.StringVar(&f.halfLife, "half-life", "", "sets alpha: the steps (118), epochs (0.3epochs) or, of a stream, days (2days) after which an untouched row has lost half of its norm")
	flags.TextVar(f.precisions[rowState], Name(rowState), graph.Float32, "moments of embedding rows, float32 or bf16; bf16 takes half the memory and rounds them at random, by the seed")
	flags.TextVar(f.precisions[rowWeights], Name(rowWeights), graph.Float32, "embedding rows themselves while they are trained, float32 or bf16, as --row-state; checkpoints have them in float32, too")
	flags.IntVar(&f.Buckets.Number, "buckets", 0, "divide the rows of each field into so many buckets by frequency, 1 the rarest")
	flags.StringVar(&f.Buckets.Field, "bucket-field", "", "divide the rows of this field only")
	flags.IntVar(&f.adaptiveBuckets, "adaptive-buckets", 0, "buckets 1 to this one take adaptive regularization, the others --bucket-decay")
	flags.Float64Var(&f.bucketDecay, "bucket-decay", 1e-3, "share of itself that a row of the other buckets loses at every step")
	return f
}

// rowState and rowWeights are switches of solvers that are precisions on the command line.
const rowState, rowWeights = "row_state", "row_weights"

// ofRun are the parameters that are no numbers on the command line: a seed is that of the run, a half-life may be in epochs, and rows
// have a precision.
var ofRun = []string{"seed", "half_life", rowState, rowWeights}

func (f *Solver) addParameters(c *Catalogs) {
	for _, p := range f.catalog.Parameters() {
		name := Name(p.Name)
		if slices.Contains(ofRun, p.Name) || !c.isFree(f.flags, name, f.describe(p)) {
			continue
		}
		if p.Switch {
			f.switches[p.Name] = f.flags.Bool(name, false, p.Meaning)
		} else {
			f.numbers[p.Name] = f.flags.Float64(name, 0, p.Meaning+" (defaults: zoo solvers)")
		}
	}
}

// describe names a parameter and the first solver that has it.
func (f *Solver) describe(p solvers.Parameter) string {
	for _, e := range f.catalog.Entries() {
		if _, has := e.Parameter(p.Name); has {
			return fmt.Sprintf("parameter %s of solver %s", p.Name, e.Name)
		}
	}
	return p.Name
}

// Name returns the name of the flag for a parameter.
func Name(parameter string) string { return strings.ReplaceAll(parameter, "_", "-") }

// options returns those that were given on the command line and that the solver takes.
func (f *Solver) options(entry solvers.Entry, scale Scale) ([]solvers.Option, error) {
	var options []solvers.Option
	for _, p := range entry.Parameters {
		given := f.flags.Changed(Name(p.Name))
		switch {
		case p.Name == "seed":
			options = append(options, solvers.WithSeed(scale.Seed))
		case given && p.Name == "half_life":
			steps, err := halfLife(f.halfLife, scale)
			if err != nil {
				return nil, err
			}
			options = append(options, solvers.WithHalfLife(steps))
		case f.precisions[p.Name] != nil:
			options = append(options, p.With(f.rowSwitch(p.Name)))
		case given && !p.Switch:
			options = append(options, p.With(*f.numbers[p.Name]))
		case given && *f.switches[p.Name]:
			options = append(options, p.With(1))
		}
	}
	if f.flags.Changed("adaptive-buckets") && entry.Buckets {
		options = append(options, solvers.WithBuckets(f.adaptiveBuckets, f.bucketDecay))
	}
	return options, nil
}

// Parameters returns the values that were given on the command line of the parameters that a solver has; a switch that is on
// is 1.
func (f *Solver) Parameters(name string, scale Scale) (map[string]float64, error) {
	entry, err := f.catalog.Find(name)
	if err != nil {
		return nil, fmt.Errorf("--solver: %w", err)
	}
	values := map[string]float64{}
	for _, p := range entry.Parameters {
		switch given := f.flags.Changed(Name(p.Name)); {
		case !given || p.Name == "seed":
		case p.Name == "half_life":
			if values[p.Name], err = halfLife(f.halfLife, scale); err != nil {
				return nil, err
			}
		case f.precisions[p.Name] != nil:
			values[p.Name] = f.rowSwitch(p.Name)
		case !p.Switch:
			values[p.Name] = *f.numbers[p.Name]
		case *f.switches[p.Name]:
			values[p.Name] = 1
		}
	}
	return values, nil
}

// rowSwitch is the precision of --row-state or --row-weights as the parameter has it.
func (f *Solver) rowSwitch(parameter string) float64 {
	if *f.precisions[parameter] == graph.BFloat16 {
		return 1
	}
	return 0
}

// halfLife reads --half-life, in steps.
func halfLife(text string, scale Scale) (float64, error) {
	number, inDays := strings.CutSuffix(text, "days")
	if !inDays {
		value, err := schedule.Steps(text, scale.StepsPerEpoch)
		if err != nil {
			return 0, fmt.Errorf("--half-life: %w", err)
		}
		return value, nil
	}
	value, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("--half-life: want a number of days such as 2days, got %q", text)
	case scale.StepsPerDay == 0:
		return 0, fmt.Errorf("--half-life %s: only a stream has days", text)
	}
	return value * float64(scale.StepsPerDay), nil
}

// Check returns an error that names the flags that none of the solvers takes.
func (f *Solver) Check(names []string) error {
	known := map[string]bool{}
	for _, name := range names {
		entry, err := f.catalog.Find(name)
		if err != nil {
			return fmt.Errorf("--solver: %w", err)
		}
		for _, p := range entry.Parameters {
			known[Name(p.Name)] = true
		}
		known["adaptive-buckets"] = known["adaptive-buckets"] || entry.Buckets
	}
	var unused []string
	f.flags.Visit(func(flag *pflag.Flag) {
		if f.IsOption(flag.Name) && !known[flag.Name] {
			unused = append(unused, "--"+flag.Name)
		}
	})
	if slices.Sort(unused); len(unused) > 0 {
		return fmt.Errorf("%s does not apply to --solver %s", strings.Join(unused, ", "), strings.Join(names, ","))
	}
	return f.checkBuckets()
}

// IsOption reports whether a flag is an option of some solver.
func (f *Solver) IsOption(flag string) bool {
	parameter := strings.ReplaceAll(flag, "-", "_")
	return f.numbers[parameter] != nil || f.switches[parameter] != nil || f.precisions[parameter] != nil ||
		flag == "half-life" || flag == "adaptive-buckets"
}

func (f *Solver) checkBuckets() error {
	divided, adaptive := f.flags.Changed("buckets"), f.flags.Changed("adaptive-buckets")
	switch {
	case divided && (f.Buckets.Number < 1 || f.Buckets.Number > 255):
		return fmt.Errorf("--buckets must be in [1, 255], got %d", f.Buckets.Number)
	case adaptive && !divided:
		return errors.New("--adaptive-buckets needs --buckets")
	case adaptive && f.adaptiveBuckets > f.Buckets.Number:
		return fmt.Errorf("--adaptive-buckets must be at most --buckets (%d), got %d", f.Buckets.Number, f.adaptiveBuckets)
	case !adaptive && f.flags.Changed("bucket-decay"):
		return errors.New("--bucket-decay needs --adaptive-buckets")
	case !divided && f.flags.Changed("bucket-field"):
		return errors.New("--bucket-field needs --buckets")
	}
	return nil
}

// New makes a solver with the options that were given.
func (f *Solver) New(name string, scale Scale) (solvers.Solver, error) {
	entry, err := f.catalog.Find(name)
	if err != nil {
		return nil, fmt.Errorf("--solver: %w", err)
	}
	options, err := f.options(entry, scale)
	if err != nil {
		return nil, err
	}
	s, err := entry.New(options...)
	if err != nil {
		return nil, fmt.Errorf("--solver %s: %w", name, err)
	}
	return s, nil
}
