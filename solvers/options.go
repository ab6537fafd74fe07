package solvers

import (
	"errors"
	"fmt"
)

// ErrOption is wrapped by the error of a constructor that got an option that it cannot use.
var ErrOption = errors.New("solvers: bad option")

// Option is a value of one Parameter of a solver. Options carry the names of Gorgonia's, but have a type
// of their own: a solver that does not know an option of Gorgonia's ignores it silently.
type Option struct {
	parameter Parameter
	value     float64
	err       error           // of a value that is out of range
	set       func(*settings) // of an option that is more than one number; else nil
}

// WithLearnRate sets the learning rate, above 0. Default 1e-3; for Adagrad 1e-2.
func WithLearnRate(rate float64) Option { return learnRate(0).With(rate) }

// WithDenseLearnRate sets the learning rate of weights that are not tables, above 0. Default: that
// of the tables.
func WithDenseLearnRate(rate float64) Option { return denseLearnRate().With(rate) }

// WithBeta1 sets the decay of the first moment, in [0, 1), below the root of beta2. Default 0.9.
func WithBeta1(beta float64) Option { return beta1(0).With(beta) }

// WithBeta2 sets the decay of the second moment, in (0, 1). Default 0.999; for RowWiseRMSpropAR
// 0.99.
func WithBeta2(beta float64) Option { return beta2(0).With(beta) }

// WithEps sets the number that keeps the denominator from zero, above 0. Default 1e-8; for Adagrad 1e-10.
func WithEps(value float64) Option { return eps(0).With(value) }

// WithEpsInside makes the denominator sqrt(v+eps), as Algorithm 1 of the paper prints it: the
// default of Adam. It is far gentler than sqrt(v)+eps on rows with very small gradients.
func WithEpsInside() Option { return epsInside().With(1) }

// WithEpsOutside makes the denominator sqrt(v)+eps, as PyTorch has it: the default of Adagrad.
func WithEpsOutside() Option { return epsOutside().With(1) }

// WithAlpha sets the strength of adaptive regularization, at least 0 (equation 11 of the paper).
// Default 1e-4; for RowWiseRMSpropAR 0.1, which it multiplies by the learning rate.
func WithAlpha(strength float64) Option { return alpha(0).With(strength) }

// WithHalfLife sets alpha by the gap, in steps, after which an untouched row has lost half of its
// norm, at least 1: see AlphaOfHalfLife. Unlike alpha itself, a half-life in epochs stays right when the
// batch size changes. It excludes WithAlpha and WithScaledDecay.
func WithHalfLife(steps float64) Option { return halfLife().With(steps) }

// WithMinShrinkage limits the decay of a step so that this share of a row stays, in [0, 1].
// Default 0; for RowWiseRMSpropAR 0.1.
func WithMinShrinkage(share float64) Option { return minShrinkage(0).With(share) }

// WithWeightDecay sets the constant share that a row loses at every step, in [0, 1]. It is not
// multiplied by the learning rate, unless WithScaledDecay is given. Default 1e-3.
func WithWeightDecay(c float64) Option { return weightDecay(0).With(c) }

// WithDenseDecay lets weights that are not tables decay too.
func WithDenseDecay() Option { return denseDecay().With(1) }

// WithScaledDecay multiplies the decay coefficient (alpha or the weight decay) by the learning rate, as
// PyTorch's AdamW does; for dense weights by their learning rate.
func WithScaledDecay() Option { return scaledDecay().With(1) }

// WithBuckets keeps adaptive regularization to the rows of the first n frequency buckets, n in [0, 255];
// rows of higher buckets lose the constant share c, in [0, 1], at every step. SetBuckets must give every
// table its buckets before the first step; bucket 0, for a row without one, counts as one of the first.
func WithBuckets(n int, c float64) Option {
	o := Option{parameter: buckets(), set: func(s *settings) { s.adaptiveBuckets, s.bucketDecay = n, c }}
	if n < 0 || n > 255 || !(c >= 0 && c <= 1) {
		o.err = fmt.Errorf("%w: WithBuckets(%d, %v): the values must be in [0, 255] and [0, 1]", ErrOption, n, c)
	}
	return o
}

// buckets is the parameter of WithBuckets. No list has it, because it is two numbers: see Entry.Buckets.
func buckets() Parameter { return Parameter{Name: "buckets", Option: "WithBuckets"} }

// WithL2Reg sets the coefficient of coupled L2 regularization, at least 0. Default 1e-5.
func WithL2Reg(coefficient float64) Option { return l2(0).With(coefficient) }

// WithClip limits every element of a gradient to [-limit, limit], limit above 0. Default: no limit.
func WithClip(limit float64) Option { return clip().With(limit) }

// WithRho sets how far SAM moves the weights, above 0. Default 0.05.
func WithRho(distance float64) Option { return rho(0).With(distance) }

// WithClipRatio sets CowClip's limit of a gradient by the norm of its row, above 0. Default 1.
func WithClipRatio(ratio float64) Option { return clipRatio(0).With(ratio) }

// WithClipFloor sets the size of weights below which CowClip's limit falls no further, above 0.
// Default 1e-5.
func WithClipFloor(zeta float64) Option { return clipFloor(0).With(zeta) }

// WithSeed sets the seed of what a solver draws: MEDA's embeddings, and the roundings of WithRowState and WithRowWeights. Default 0.
// Parameter.Take, for a solver of one's own, rounds a seed above 2^53.
func WithSeed(value uint64) Option {
	return Option{parameter: seed(), value: float64(value), set: func(s *settings) { s.seed = value }}
}

// WithOnTouch lets moments and decay of a row move only at the steps whose batch touches it, as PyTorch's
// SparseAdam and TensorFlow's LazyAdam do. The default is EveryStep; see the package comment.
func WithOnTouch() Option { return onTouch().With(1) }

// WithRowState keeps both moments of the rows of tables in bfloat16, half the memory of float32. They are rounded at the gradients of a
// row, at random with a mean of what was rounded, by the seed, the row and the step; all arithmetic is float32. The default is float32.
func WithRowState() Option { return rowState().With(1) }

// WithRowWeights keeps the weights of the rows of tables in bfloat16, half the memory of float32. They are rounded as WithRowState
// rounds moments. A row stays as it was at its latest gradient, and whoever reads it computes what has become of it. The tables
// must be made for it: see graph.Weights.SetRowPrecision, which train.Run calls. The default is float32.
func WithRowWeights() Option { return rowWeights().With(1) }

// WithKeepState lets MEDA's new tables keep the moments of the old ones. By default it clears them.
func WithKeepState() Option { return keepState().With(1) }
