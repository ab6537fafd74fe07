package solvers

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Parameter describes a hyper-parameter of a solver, for options, flags, grids and lists. A solver of
// one's own makes parameters of its own as literals, and takes their values with Take.
type Parameter struct {
	// Name is made of small letters, digits and underscores: "learning_rate", as a flag
	// --learning-rate. It means the same for every solver that has it.
	Name string
	// Meaning is a few words for a list of flags: "step size".
	Meaning string
	// Default is the value of a solver that is given none; 0: there is none, or it is 0. A switch is off.
	Default float64
	// Switch is set for a parameter that is on, 1, or off, 0.
	Switch bool
	// Range is the numbers that the parameter may be; the zero Range is all that are finite as a float32.
	Range Range
	// Option is the function that makes the option, for errors: "WithLearnRate". "" means Name.
	Option string

	set      func(s *settings, value float64) // of a parameter of this package
	value    func(s *settings) float64        // for String; nil if it does not appear there as a number
	excludes []string                         // the names of parameters that contradict this one
}

// Range is the numbers that a parameter may be.
type Range struct {
	Words    string               // after "must be": "at least 0"
	Contains func(v float64) bool // nil: every number is in range
}

// Above is the range of numbers above a limit.
func Above(limit float64) Range {
	return Range{"above " + text(limit), func(v float64) bool { return v > limit }}
}

// AtLeast is the range of numbers from a limit on.
func AtLeast(limit float64) Range {
	return Range{"at least " + text(limit), func(v float64) bool { return v >= limit }}
}

// Within is the range of numbers from one to another, both in it.
func Within(from, to float64) Range {
	return Range{fmt.Sprintf("in [%s, %s]", text(from), text(to)), func(v float64) bool { return v >= from && v <= to }}
}

// text is a number as flags, lists and String have it.
func text(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// With returns the option that sets the parameter; a value that is out of range is an error of the
// constructor that gets the option. A switch is set by 1, and 0 leaves it off.
func (p Parameter) With(value float64) Option {
	return Option{parameter: p, value: value, err: p.check(value)}
}

// Take returns the value that options have of the parameter, or its default, and the other options. It
// is for the constructor of a solver of one's own, which gives the others to the solver that it wraps,
// or to Unused.
func (p Parameter) Take(options []Option) (value float64, others []Option, err error) {
	own, others := split(options, []Parameter{p})
	value = p.Default
	for _, o := range own {
		if err := p.check(o.value); err != nil {
			return 0, nil, err
		}
		value = o.value
	}
	return value, others, nil
}

// DefaultText is the default as lists show it; "" for none.
func (p Parameter) DefaultText() string {
	if p.Switch || p.Default == 0 {
		return ""
	}
	return text(p.Default)
}

// label is how errors name the parameter.
func (p Parameter) label() string {
	if p.Option == "" {
		return p.Name
	}
	return p.Option
}

func (p Parameter) check(v float64) error {
	switch {
	case p.Switch && v != 0 && v != 1:
		return fmt.Errorf("%w: %s(%v): a switch is 1 or 0", ErrOption, p.label(), v)
	case math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 || p.Range.Contains != nil && !p.Range.Contains(v):
		return fmt.Errorf("%w: %s(%v): the value must be %s", ErrOption, p.label(), v, p.words())
	}
	return nil
}

// words are those of the range; every range is of finite numbers.
func (p Parameter) words() string {
	if p.Range.Words == "" {
		return "finite as a float32"
	}
	return p.Range.Words
}

// split parts options into those of some parameters and the others.
func split(options []Option, parameters []Parameter) (own, others []Option) {
	for _, o := range options {
		if hasName(parameters, o.parameter.Name) {
			own = append(own, o)
		} else {
			others = append(others, o)
		}
	}
	return own, others
}

func hasName(parameters []Parameter, name string) bool {
	return slices.ContainsFunc(parameters, func(p Parameter) bool { return p.Name == name })
}
