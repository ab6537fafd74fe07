package solvers

import "slices"

// Adam is Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015:
//
//	m = beta1 m + (1-beta1) g,  v = beta2 v + (1-beta2) g^2
//	theta = theta - rate * m/(1-beta1^k) / sqrt(v/(1-beta2^k) + eps)
type Adam struct{ solver }

// AdamAR is Adam with adaptive regularization, Algorithm 1 of Li and Lyu, Adaptive Regularization
// for Large-Scale Sparse Feature Embedding Models, ICLR 2026: at every step k every embedding row
// also loses the share
//
//	lambda = min(1, alpha * (k - s - 1))
//
// of itself, where s is the row's latest step with a gradient that is not zero. Dense weights
// take steps of Adam.
type AdamAR struct{ solver }

// AdamW is Adam with decoupled weight decay (Loshchilov and Hutter, Decoupled Weight Decay
// Regularization, ICLR 2019) on embeddings: every row loses the same share at every step. Unlike in
// PyTorch, the share is not multiplied by the learning rate unless WithScaledDecay is given.
type AdamW struct{ solver }

// adamParameters returns those of Adam and more.
func adamParameters(more ...Parameter) []Parameter {
	first := []Parameter{learnRate(1e-3), denseLearnRate(), beta1(0.9), beta2(0.999), eps(1e-8), epsInside(), epsOutside()}
	return slices.Concat(first, more, []Parameter{clip(), onTouch()})
}

// adaptiveParameters returns those of adaptive regularization (AR), constantParameters those of a constant
// decay (W).
func adaptiveParameters() []Parameter {
	return []Parameter{alpha(1e-4), halfLife(), minShrinkage(0), scaledDecay()}
}

func constantParameters() []Parameter {
	return []Parameter{weightDecay(1e-3), scaledDecay(), denseDecay()}
}

// halvesParameters returns those of moments and weights in bfloat16.
func halvesParameters() []Parameter { return []Parameter{rowState(), rowWeights(), seed()} }

func adamEntry() Entry {
	return Entry{
		Name:       "adam",
		Formula:    "w -= rate * m^ / sqrt(v^ + eps)",
		Reference:  "Kingma and Ba, ICLR 2015",
		Semantics:  EveryStep,
		Parameters: adamParameters(halvesParameters()...),
		New:        maker(NewAdam),
	}
}

func adamWEntry() Entry {
	return Entry{
		Name:       "adamw",
		Formula:    "Adam; every row loses c of itself at every step",
		Reference:  "Loshchilov and Hutter, ICLR 2019",
		Semantics:  EveryStep,
		Parameters: adamParameters(append(constantParameters(), halvesParameters()...)...),
		New:        maker(NewAdamW),
	}
}

func adamAREntry() Entry {
	return Entry{
		Name:       "adamar",
		Formula:    "Adam; every row loses min(1, alpha*(k-s-1)) of itself at every step k, s its latest with a gradient",
		Reference:  "Li and Lyu, ICLR 2026, Algorithm 1",
		Semantics:  EveryStep,
		Parameters: adamParameters(append(adaptiveParameters(), halvesParameters()...)...),
		Buckets:    true,
		New:        maker(NewAdamAR),
	}
}

// NewAdam makes a solver; it takes WithLearnRate, WithDenseLearnRate, WithBeta1, WithBeta2,
// WithEps, WithEpsInside (the default), WithEpsOutside, WithClip, WithRowState,
// WithRowWeights, WithSeed and WithOnTouch.
func NewAdam(options ...Option) (*Adam, error) {
	s, err := adamEntry().configure(settings{name: "Adam"}, options)
	if err != nil {
		return nil, err
	}
	return &Adam{newSolver(s, newAdamBase(s), (*settings).none)}, nil
}

// NewAdamAR makes a solver; it takes the options of Adam, WithAlpha or WithHalfLife,
// WithMinShrinkage, WithScaledDecay and WithBuckets.
func NewAdamAR(options ...Option) (*AdamAR, error) {
	s, err := adamAREntry().configure(settings{name: "AdamAR"}, options)
	if err != nil {
		return nil, err
	}
	return &AdamAR{newSolver(s, newAdamBase(s), (*settings).adaptive)}, nil
}

// NewAdamW makes a solver; it takes the options of Adam, WithWeightDecay, WithScaledDecay and
// WithDenseDecay.
func NewAdamW(options ...Option) (*AdamW, error) {
	s, err := adamWEntry().configure(settings{name: "AdamW"}, options)
	if err != nil {
		return nil, err
	}
	return &AdamW{newSolver(s, newAdamBase(s), (*settings).constant)}, nil
}

var (
	_ Solver = (*Adam)(nil)
	_ Solver = (*AdamAR)(nil)
	_ Solver = (*AdamW)(nil)
)
