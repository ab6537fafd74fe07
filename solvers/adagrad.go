package solvers

import "gorgonia.org/gorgonia"

// Adagrad is Duchi, Hazan and Singer, Adaptive Subgradient Methods, JMLR 2011:
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

var adagradOptions = []string{"WithLearnRate", "WithEps", "WithEpsInside", "WithEpsOutside", "WithClip", "WithOnTouch"}

// adagradDefaults are PyTorch's, but for the paper's learning rate.
func adagradDefaults() settings {
	return settings{learnRate: 1e-2, eps: 1e-10, epsOutside: true, alpha: 1e-4, weightDecay: 1e-3}
}

// NewAdagrad makes a solver; it takes WithLearnRate (default 1e-2), WithEps (default 1e-10),
// WithEpsInside, WithEpsOutside (the default here), WithClip and WithOnTouch.
func NewAdagrad(options ...Option) (*Adagrad, error) {
	s, err := configure("Adagrad", adagradDefaults(), adagradOptions, options)
	if err != nil {
		return nil, err
	}
	return &Adagrad{newSolver(s, newAdagradBase(s), noDecay)}, nil
}

// NewAdagradAR makes a solver; it takes the options of Adagrad, WithAlpha or WithHalfLife, and
// WithScaledDecay.
func NewAdagradAR(options ...Option) (*AdagradAR, error) {
	s, err := configure("AdagradAR", adagradDefaults(), join(adagradOptions, adaptiveOptions), options)
	if err != nil {
		return nil, err
	}
	return &AdagradAR{newSolver(s, newAdagradBase(s), adaptiveDecay(s.scaledDecay(s.alpha)))}, nil
}

// NewAdagradW makes a solver; it takes the options of Adagrad, WithWeightDecay and
// WithScaledDecay.
func NewAdagradW(options ...Option) (*AdagradW, error) {
	s, err := configure("AdagradW", adagradDefaults(), join(adagradOptions, constantOptions), options)
	if err != nil {
		return nil, err
	}
	return &AdagradW{newSolver(s, newAdagradBase(s), constantDecay(s.scaledDecay(s.weightDecay)))}, nil
}

var (
	_ gorgonia.Solver = (*Adagrad)(nil)
	_ gorgonia.Solver = (*AdagradAR)(nil)
	_ gorgonia.Solver = (*AdagradW)(nil)
)
