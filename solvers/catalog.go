package solvers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrUnknownSolver is wrapped by the error of New and Find for a name that is not in the catalog.
var ErrUnknownSolver = errors.New("unknown solver")

// Entry describes a solver.
type Entry struct {
	Name      string
	Formula   string
	Reference string
	// Semantics is what the solver does, by default, with rows that a batch does not touch:
	// "every step" or "on touch".
	Semantics string
	// Options are the names of the options that New takes.
	Options []string
	// New makes the solver.
	New func(options ...Option) (Solver, error)

	defaults settings
}

const (
	everyStep = "every step"
	onTouch   = "on touch"
)

// Catalog lists the solvers.
func Catalog() []Entry {
	adam, adagrad := adamDefaults(), adagradDefaults()
	return []Entry{
		{"adam", "w -= rate * m^ / sqrt(v^ + eps)", "Kingma and Ba, ICLR 2015", everyStep,
			adamOptions, maker(NewAdam), adam},
		{"adamw", "Adam; every row loses c of itself at every step", "Loshchilov and Hutter, ICLR 2019", everyStep,
			join(adamOptions, constantOptions), maker(NewAdamW), adam},
		{"adamar", "Adam; every row loses min(1, alpha*(k-s-1)) of itself at every step k, s its latest with a gradient", "Li and Lyu, ICLR 2026, Algorithm 1", everyStep,
			join(adamOptions, adaptiveOptions), maker(NewAdamAR), adam},
		{"adagrad", "v += g^2; w -= rate * g / (sqrt(v) + eps)", "Duchi, Hazan and Singer, JMLR 2011", onTouch,
			commonOptions, maker(NewAdagrad), adagrad},
		{"adagradw", "Adagrad, with the decay of adamw", "Li and Lyu, ICLR 2026, section 4", everyStep,
			join(commonOptions, constantOptions), maker(NewAdagradW), adagrad},
		{"adagradar", "Adagrad, with the decay of adamar", "Li and Lyu, ICLR 2026, appendix G", everyStep,
			join(commonOptions, adaptiveOptions), maker(NewAdagradAR), adagrad},
		{"sam", "Adam, with the gradient at w + rho * g/||g||; two passes a step", "Foret and others, ICLR 2021", everyStep,
			join(adamOptions, samOptions), wrapped(NewAdam, NewSAM, samOptions), adam},
		{"sam-adagrad", "Adagrad, with the gradient of sam; two passes a step", "Foret and others, ICLR 2021", onTouch,
			join(commonOptions, samOptions), wrapped(NewAdagrad, NewSAM, samOptions), adagrad},
		{"meda", "Adam; tables drawn anew, their state cleared, at every epoch after the first", "Liu and others, arXiv 2407.01607", everyStep,
			join(adamOptions, medaOptions), wrapped(NewAdam, NewMEDA, medaOptions), adam},
		{"meda-adagrad", "Adagrad; tables drawn anew as in meda", "Liu and others, arXiv 2407.01607", onTouch,
			join(commonOptions, medaOptions), wrapped(NewAdagrad, NewMEDA, medaOptions), adagrad},
		{"rmsprop-ar", "row-wise RMSprop; a row that is touched keeps max(floor, 1 - rate*alpha*(k-s)) of itself", "FBGEMM, ROWWISE_RMSPROP_AR", onTouch,
			rmspropOptions, maker(NewRowWiseRMSpropAR), rmspropDefaults()},
		{"l2", "Adam with the gradient g + l2*w on every row at every step", "FuxiCTR, embedding_regularizer", everyStep,
			l2Options, maker(NewL2), adam},
		{"fal", "Adam; a row seen F times has the rate * log(F+1) / max log(F+1)", "Qiu and others, arXiv 2505.05605", everyStep,
			adamOptions, maker(NewFAL), adam},
		{"cowclip", "Adam; a row seen n times in the batch has ||g|| <= ratio*n*max(||w||, ratio*sqrt(dim)*zeta)", "Zheng and others, AAAI 2023", everyStep,
			cowClipOptions, maker(NewCowClip), adam},
	}
}

// maker gives a constructor the type of Entry.New.
func maker[S Solver](newSolver func(...Option) (S, error)) func(...Option) (Solver, error) {
	return func(options ...Option) (Solver, error) {
		s, err := newSolver(options...)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
}

// wrapped makes a solver with a wrapper around it; the options named in outer are the wrapper's.
func wrapped[S, W Solver](newSolver func(...Option) (S, error), wrap func(Solver, ...Option) (W, error), outer []string) func(...Option) (Solver, error) {
	return func(options ...Option) (Solver, error) {
		var own, rest []Option
		for _, o := range options {
			if slices.Contains(outer, o.name) {
				own = append(own, o)
			} else {
				rest = append(rest, o)
			}
		}
		base, err := newSolver(rest...)
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

// Find returns the entry of a name. An unknown name is an error that lists the known ones.
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

// Takes says whether the solver has the option of that name.
func (e Entry) Takes(option string) bool { return slices.Contains(e.Options, option) }
