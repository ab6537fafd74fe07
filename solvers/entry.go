package solvers

import "slices"

// Semantics is what a solver does, by default, with rows that a batch does not touch; see the package
// comment.
type Semantics uint8

const (
	EveryStep Semantics = iota // every row moves at every step
	OnTouch                    // a row moves only at steps whose batch touches it
)

// String returns "every step" or "on touch".
func (s Semantics) String() string {
	if s == OnTouch {
		return "on touch"
	}
	return "every step"
}

// Entry describes a solver, of this package or of one's own.
type Entry struct {
	Name      string // "adamar"; required
	Formula   string // in a line
	Reference string // the paper
	Semantics Semantics
	// Parameters are those that New takes, with this solver's defaults.
	Parameters []Parameter
	Buckets    bool // New takes WithBuckets too
	// New makes the solver; required. An option that it does not take is an error that wraps ErrOption.
	New func(options ...Option) (Solver, error)
}

// Takes reports whether New takes an option.
func (e Entry) Takes(o Option) bool { return hasName(e.takes(), o.parameter.Name) }

// takes are the parameters of all options that New takes.
func (e Entry) takes() []Parameter {
	if e.Buckets {
		return append(slices.Clone(e.Parameters), buckets())
	}
	return e.Parameters
}

// Parameter returns the parameter of a name, for example to give it to an entry of one's own.
func (e Entry) Parameter(name string) (p Parameter, found bool) {
	i := slices.IndexFunc(e.Parameters, func(p Parameter) bool { return p.Name == name })
	if i < 0 {
		return Parameter{}, false
	}
	return e.Parameters[i], true
}

// maker returns a constructor as the function that Entry.New is.
func maker[S Solver](newSolver func(...Option) (S, error)) func(...Option) (Solver, error) {
	return func(options ...Option) (Solver, error) {
		s, err := newSolver(options...)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}

// wrapped returns a constructor of a solver with a wrapper around it, which takes the outer parameters. What the solver has, too, both
// take.
func wrapped[W Solver](inside Entry, wrap func(Solver, ...Option) (W, error), outer ...Parameter) func(...Option) (Solver, error) {
	onlyOuter := slices.DeleteFunc(slices.Clone(outer), func(p Parameter) bool { return hasName(inside.Parameters, p.Name) })
	return func(options ...Option) (Solver, error) {
		own, _ := split(options, outer)
		_, others := split(options, onlyOuter)
		base, err := inside.New(others...)
		if err != nil {
			return nil, err
		}
		w, err := wrap(base, own...)
		if err != nil {
			return nil, err
		}
		return w, nil
	}
}
