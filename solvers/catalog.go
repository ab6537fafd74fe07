package solvers

import (
	"errors"
	"fmt"
	"strings"

	"gorgonia.org/gorgonia"
)

// ErrUnknownSolver is wrapped by the error of New for a name that is not in the catalog.
var ErrUnknownSolver = errors.New("unknown solver")

// Entry describes a solver.
type Entry struct {
	Name      string
	Formula   string
	Reference string
	// New makes the solver.
	New func(options ...Option) (gorgonia.Solver, error)
	// Options are the names of the options that New takes.
	Options []string
}

// Catalog lists the solvers.
func Catalog() []Entry {
	return []Entry{
		{
			Name: "adam", Formula: "w -= rate*m^/sqrt(v^+eps)",
			Reference: "Kingma and Ba, ICLR 2015", Options: adamOptions,
			New: func(o ...Option) (gorgonia.Solver, error) { return NewAdam(o...) },
		},
		{
			Name: "adamw", Formula: "Adam, and every row loses c of itself at every step",
			Reference: "Loshchilov and Hutter, ICLR 2019", Options: join(adamOptions, constantOptions),
			New: func(o ...Option) (gorgonia.Solver, error) { return NewAdamW(o...) },
		},
		{
			Name: "adamar", Formula: "Adam, and every row loses min(1, alpha*(steps since its last gradient)) of itself at every step",
			Reference: "Li and Lyu, ICLR 2026, Algorithm 1", Options: join(adamOptions, adaptiveOptions),
			New: func(o ...Option) (gorgonia.Solver, error) { return NewAdamAR(o...) },
		},
		{
			Name: "adagrad", Formula: "v += g^2; w -= rate*g/(sqrt(v)+eps)",
			Reference: "Duchi, Hazan and Singer, JMLR 2011", Options: adagradOptions,
			New: func(o ...Option) (gorgonia.Solver, error) { return NewAdagrad(o...) },
		},
		{
			Name: "adagradw", Formula: "Adagrad, and every row loses c of itself at every step",
			Reference: "Li and Lyu, ICLR 2026, section 4", Options: join(adagradOptions, constantOptions),
			New: func(o ...Option) (gorgonia.Solver, error) { return NewAdagradW(o...) },
		},
		{
			Name: "adagradar", Formula: "Adagrad, with the decay of adamar",
			Reference: "Li and Lyu, ICLR 2026, appendix G", Options: join(adagradOptions, adaptiveOptions),
			New: func(o ...Option) (gorgonia.Solver, error) { return NewAdagradAR(o...) },
		},
	}
}

// Takes says whether the solver has the option of that name.
func (e Entry) Takes(option string) bool {
	for _, name := range e.Options {
		if name == option {
			return true
		}
	}
	return false
}

// Find returns the entry of a name.
func Find(name string) (Entry, error) {
	var known []string
	for _, e := range Catalog() {
		if e.Name == name {
			return e, nil
		}
		known = append(known, e.Name)
	}
	return Entry{}, fmt.Errorf("%w %q; known: %s", ErrUnknownSolver, name, strings.Join(known, ", "))
}

// join is a new list of the names in both.
func join(a, b []string) []string { return append(append([]string(nil), a...), b...) }
