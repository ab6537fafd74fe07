package solvers

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
// Regularization, ICLR 2019) on embeddings: every row loses the same share at every step. Unlike
// PyTorch's the share is not multiplied by the learning rate, unless WithScaledDecay is given.
type AdamW struct{ solver }

var (
	commonOptions   = []string{"WithLearnRate", "WithDenseLearnRate", "WithEps", "WithEpsInside", "WithEpsOutside", "WithClip", "WithOnTouch"}
	adamOptions     = join(commonOptions, []string{"WithBeta1", "WithBeta2"})
	adaptiveOptions = []string{"WithAlpha", "WithHalfLife", "WithMinShrinkage", "WithScaledDecay", "WithBuckets"}
	constantOptions = []string{"WithWeightDecay", "WithScaledDecay", "WithDenseDecay"}
)

// join is a new list of the names in both.
func join(a, b []string) []string { return append(append([]string(nil), a...), b...) }

func adamDefaults() settings {
	return settings{learnRate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, alpha: 1e-4, weightDecay: 1e-3, l2: 1e-5, ratio: 1, zeta: 1e-5}
}

// NewAdam makes a solver; it takes WithLearnRate, WithDenseLearnRate, WithBeta1, WithBeta2,
// WithEps, WithEpsInside (the default), WithEpsOutside, WithClip and WithOnTouch.
func NewAdam(options ...Option) (*Adam, error) {
	s, err := configure("Adam", adamDefaults(), adamOptions, options)
	if err != nil {
		return nil, err
	}
	return &Adam{newSolver(s, newAdamBase(s), (*settings).none)}, nil
}

// NewAdamAR makes a solver; it takes the options of Adam, WithAlpha or WithHalfLife,
// WithMinShrinkage, WithScaledDecay and WithBuckets.
func NewAdamAR(options ...Option) (*AdamAR, error) {
	s, err := configure("AdamAR", adamDefaults(), join(adamOptions, adaptiveOptions), options)
	if err != nil {
		return nil, err
	}
	return &AdamAR{newSolver(s, newAdamBase(s), (*settings).adaptive)}, nil
}

// NewAdamW makes a solver; it takes the options of Adam, WithWeightDecay, WithScaledDecay and
// WithDenseDecay.
func NewAdamW(options ...Option) (*AdamW, error) {
	s, err := configure("AdamW", adamDefaults(), join(adamOptions, constantOptions), options)
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
