package solvers

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrOption is wrapped by the error of a constructor that got an option it cannot use.
var ErrOption = errors.New("solvers: bad option")

// Option sets one hyper-parameter of a solver. Options carry the names of Gorgonia's, but they are
// our own type: Gorgonia's are silently ignored by solvers they do not know.
type Option struct {
	name string
	set  func(*settings) error
}

// settings are the hyper-parameters of all solvers.
type settings struct {
	learnRate, beta1, beta2, eps float64
	alpha, weightDecay, clip     float64
	epsOutside, onTouch, scaled  bool
}

// WithLearnRate sets the learning rate, above 0. Default 1e-3; for Adagrad 1e-2.
func WithLearnRate(rate float64) Option {
	return number("WithLearnRate", rate, rate > 0, "must be above 0", func(s *settings) { s.learnRate = rate })
}

// WithBeta1 sets the decay of the first moment, in [0, 1). Default 0.9.
func WithBeta1(beta float64) Option {
	return number("WithBeta1", beta, beta >= 0 && beta < 1, "must be in [0, 1)", func(s *settings) { s.beta1 = beta })
}

// WithBeta2 sets the decay of the second moment, in (0, 1). Default 0.999.
func WithBeta2(beta float64) Option {
	return number("WithBeta2", beta, beta > 0 && beta < 1, "must be in (0, 1)", func(s *settings) { s.beta2 = beta })
}

// WithEps sets what keeps the denominator from zero, above 0. Default 1e-8; for Adagrad 1e-10.
func WithEps(eps float64) Option {
	return number("WithEps", eps, eps > 0, "must be above 0", func(s *settings) { s.eps = eps })
}

// WithEpsOutside makes the denominator sqrt(v)+eps, as PyTorch has it. The default is sqrt(v+eps),
// as Algorithm 1 of the paper prints it, for Adam; it is far gentler on rows with very small
// gradients.
func WithEpsOutside() Option {
	return Option{"WithEpsOutside", func(s *settings) error { s.epsOutside = true; return nil }}
}

// WithEpsInside makes the denominator sqrt(v+eps).
func WithEpsInside() Option {
	return Option{"WithEpsInside", func(s *settings) error { s.epsOutside = false; return nil }}
}

// WithAlpha sets the strength of adaptive regularization, at least 0 (equation 11). Default 1e-4.
func WithAlpha(alpha float64) Option {
	return number("WithAlpha", alpha, alpha >= 0, "must be at least 0", func(s *settings) { s.alpha = alpha })
}

// WithHalfLife sets alpha by the gap, in steps, after which an untouched row has lost half of its
// norm: alpha = 2 ln 2 / steps^2. Unlike alpha itself it can be kept when the batch size changes,
// if it is thought of in epochs.
func WithHalfLife(steps float64) Option {
	return number("WithHalfLife", steps, steps > 0, "must be above 0", func(s *settings) { s.alpha = AlphaOfHalfLife(steps) })
}

// AlphaOfHalfLife is the alpha under which an untouched row has lost half of its norm after the
// given number of steps: the product of 1-alpha*i over i < steps is about exp(-alpha*steps^2/2).
func AlphaOfHalfLife(steps float64) float64 { return 2 * math.Ln2 / (steps * steps) }

// WithWeightDecay sets the constant share that a row loses at every step, in [0, 1]. It is not
// multiplied by the learning rate, unless WithScaledDecay is given. Default 1e-3.
func WithWeightDecay(c float64) Option {
	return number("WithWeightDecay", c, c >= 0 && c <= 1, "must be in [0, 1]", func(s *settings) { s.weightDecay = c })
}

// WithScaledDecay multiplies the decay coefficient (alpha or the weight decay) by the learning
// rate, as PyTorch's AdamW does.
func WithScaledDecay() Option {
	return Option{"WithScaledDecay", func(s *settings) error { s.scaled = true; return nil }}
}

// WithClip limits every element of a gradient to [-limit, limit] before it is used. Default: no limit.
func WithClip(limit float64) Option {
	return number("WithClip", limit, limit > 0, "must be above 0", func(s *settings) { s.clip = limit })
}

// WithOnTouch lets moments and decay of a row move only at the steps whose batch touches it, as
// PyTorch's SparseAdam and TensorFlow's LazyAdam do. The default is EveryStep; see the package
// comment.
func WithOnTouch() Option {
	return Option{"WithOnTouch", func(s *settings) error { s.onTouch = true; return nil }}
}

// number is an option that checks its value; NaN and infinities fail whatever ok says.
func number(name string, v float64, ok bool, want string, set func(*settings)) Option {
	return Option{name, func(s *settings) error {
		if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%w: %s(%v): the value %s", ErrOption, name, v, want)
		}
		set(s)
		return nil
	}}
}

// configure applies options to the defaults of a solver that knows only some of them.
func configure(solver string, defaults settings, known []string, options []Option) (settings, error) {
	for _, o := range options {
		if !slices.Contains(known, o.name) {
			return settings{}, fmt.Errorf("%w: %s does not apply to %s", ErrOption, o.name, solver)
		}
		if err := o.set(&defaults); err != nil {
			return settings{}, err
		}
	}
	return defaults, nil
}
