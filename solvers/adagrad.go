package solvers

import "slices"

// Adagrad is Duchi, Hazan and Singer, Adaptive Subgradient Methods for Online Learning and
// Stochastic Optimization, JMLR 2011:
//
//	v = v + g^2;  theta = theta - rate * g / (sqrt(v) + eps)
//
// A row without a gradient does not move.
type Adagrad struct{ solver }

// AdagradAR is Adagrad with adaptive regularization, the second solver of the paper: at every step
// k every embedding row also loses min(1, alpha*(k-s-1)) of itself, where s is the row's latest
// step with a gradient that is not zero.
type AdagradAR struct{ solver }

// AdagradW is Adagrad with decoupled weight decay on embeddings, as AdamW has it.
type AdagradW struct{ solver }

// adagradParameters returns those of Adagrad and more. Their defaults are PyTorch's, but for the paper's
// learning rate.
func adagradParameters(more ...Parameter) []Parameter {
	first := []Parameter{learnRate(1e-2), denseLearnRate(), eps(1e-10), epsInside(), epsOutside()}
	return slices.Concat(first, more, []Parameter{clip(), onTouch()})
}

func adagradEntry() Entry {
	return Entry{
		Name:       "adagrad",
		Formula:    "v += g^2; w -= rate * g / (sqrt(v) + eps)",
		Reference:  "Duchi, Hazan and Singer, JMLR 2011",
		Semantics:  OnTouch,
		Parameters: adagradParameters(),
		New:        maker(NewAdagrad),
	}
}

func adagradWEntry() Entry {
	return Entry{
		Name:       "adagradw",
		Formula:    "Adagrad, with the decay of adamw",
		Reference:  "Li and Lyu, ICLR 2026, section 4",
		Semantics:  EveryStep,
		Parameters: adagradParameters(constantParameters()...),
		New:        maker(NewAdagradW),
	}
}

func adagradAREntry() Entry {
	return Entry{
		Name:       "adagradar",
		Formula:    "Adagrad, with the decay of adamar",
		Reference:  "Li and Lyu, ICLR 2026, appendix G",
		Semantics:  EveryStep,
		Parameters: adagradParameters(adaptiveParameters()...),
		Buckets:    true,
		New:        maker(NewAdagradAR),
	}
}

// NewAdagrad makes a solver; it takes WithLearnRate (default 1e-2), WithDenseLearnRate, WithEps
// (default 1e-10), WithEpsInside, WithEpsOutside (the default here), WithClip and WithOnTouch,
// which changes nothing.
func NewAdagrad(options ...Option) (*Adagrad, error) {
	s, err := adagradEntry().configure(settings{name: "Adagrad", epsOutside: true}, options)
	if err != nil {
		return nil, err
	}
	s.onTouch = true // rows that are not touched do not move anyway
	return &Adagrad{newSolver(s, newAdagradBase(s), (*settings).none)}, nil
}

// NewAdagradAR makes a solver; it takes the options of Adagrad, WithAlpha or WithHalfLife,
// WithMinShrinkage, WithScaledDecay and WithBuckets.
func NewAdagradAR(options ...Option) (*AdagradAR, error) {
	s, err := adagradAREntry().configure(settings{name: "AdagradAR", epsOutside: true}, options)
	if err != nil {
		return nil, err
	}
	return &AdagradAR{newSolver(s, newAdagradBase(s), (*settings).adaptive)}, nil
}

// NewAdagradW makes a solver; it takes the options of Adagrad, WithWeightDecay, WithScaledDecay
// and WithDenseDecay.
func NewAdagradW(options ...Option) (*AdagradW, error) {
	s, err := adagradWEntry().configure(settings{name: "AdagradW", epsOutside: true}, options)
	if err != nil {
		return nil, err
	}
	return &AdagradW{newSolver(s, newAdagradBase(s), (*settings).constant)}, nil
}

var (
	_ Solver = (*Adagrad)(nil)
	_ Solver = (*AdagradAR)(nil)
	_ Solver = (*AdagradW)(nil)
)
