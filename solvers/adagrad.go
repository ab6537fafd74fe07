package solvers

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

// adagradDefaults are PyTorch's, but for the paper's learning rate.
func adagradDefaults() settings {
	return settings{learnRate: 1e-2, eps: 1e-10, epsOutside: true, alpha: 1e-4, weightDecay: 1e-3}
}

// NewAdagrad makes a solver; it takes WithLearnRate (default 1e-2), WithDenseLearnRate, WithEps
// (default 1e-10), WithEpsInside, WithEpsOutside (the default here), WithClip and WithOnTouch,
// which changes nothing.
func NewAdagrad(options ...Option) (*Adagrad, error) {
	s, err := configure("Adagrad", adagradDefaults(), commonOptions, options)
	if err != nil {
		return nil, err
	}
	s.onTouch = true // rows that are not touched do not move anyway
	return &Adagrad{newSolver(s, newAdagradBase(s), (*settings).none)}, nil
}

// NewAdagradAR makes a solver; it takes the options of Adagrad, WithAlpha or WithHalfLife,
// WithMinShrinkage, WithScaledDecay and WithBuckets.
func NewAdagradAR(options ...Option) (*AdagradAR, error) {
	s, err := configure("AdagradAR", adagradDefaults(), join(commonOptions, adaptiveOptions), options)
	if err != nil {
		return nil, err
	}
	return &AdagradAR{newSolver(s, newAdagradBase(s), (*settings).adaptive)}, nil
}

// NewAdagradW makes a solver; it takes the options of Adagrad, WithWeightDecay, WithScaledDecay
// and WithDenseDecay.
func NewAdagradW(options ...Option) (*AdagradW, error) {
	s, err := configure("AdagradW", adagradDefaults(), join(commonOptions, constantOptions), options)
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
