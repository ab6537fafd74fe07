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
	name  string   // of the solver
	known []string // the options it takes

	learnRate, dense, beta1, beta2, eps float64
	alpha, weightDecay, floor, l2, clip float64
	rho, ratio, zeta                    float64
	adaptiveBuckets                     int
	bucketDecay                         float64
	seed                                uint64

	epsOutside, onTouch, scaled, decayDense bool
}

// WithLearnRate sets the learning rate, above 0. Default 1e-3; for Adagrad 1e-2.
func WithLearnRate(rate float64) Option {
	return number("WithLearnRate", rate, rate > 0, "must be above 0", func(s *settings) { s.learnRate = rate })
}

// WithDenseLearnRate sets the learning rate of weights that are not tables, above 0. Default: that
// of the tables.
func WithDenseLearnRate(rate float64) Option {
	return number("WithDenseLearnRate", rate, rate > 0, "must be above 0", func(s *settings) { s.dense = rate })
}

// WithBeta1 sets the decay of the first moment, in [0, 1), below the root of beta2. Default 0.9.
func WithBeta1(beta float64) Option {
	return number("WithBeta1", beta, beta >= 0 && float32(beta) < 1, "must be in [0, 1), and below 1 as a float32", func(s *settings) { s.beta1 = beta })
}

// WithBeta2 sets the decay of the second moment, in (0, 1). Default 0.999; for RowWiseRMSpropAR
// 0.99.
func WithBeta2(beta float64) Option {
	return number("WithBeta2", beta, float32(beta) > 0 && float32(beta) < 1, "must be in (0, 1), also as a float32", func(s *settings) { s.beta2 = beta })
}

// WithEps sets what keeps the denominator from zero, above 0. Default 1e-8; for Adagrad 1e-10.
func WithEps(eps float64) Option {
	return number("WithEps", eps, float32(eps) > 0, "must be above 0, also as a float32", func(s *settings) { s.eps = eps })
}

// WithEpsInside makes the denominator sqrt(v+eps), as Algorithm 1 of the paper prints it: the
// default of Adam. It is far gentler than sqrt(v)+eps on rows with very small gradients.
func WithEpsInside() Option {
	return Option{"WithEpsInside", func(s *settings) error { s.epsOutside = false; return nil }}
}

// WithEpsOutside makes the denominator sqrt(v)+eps, as PyTorch has it: the default of Adagrad.
func WithEpsOutside() Option {
	return Option{"WithEpsOutside", func(s *settings) error { s.epsOutside = true; return nil }}
}

// WithAlpha sets the strength of adaptive regularization, at least 0 (equation 11 of the paper).
// Default 1e-4; for RowWiseRMSpropAR 0.1, which it multiplies by the learning rate.
func WithAlpha(alpha float64) Option {
	return number("WithAlpha", alpha, alpha >= 0, "must be at least 0", func(s *settings) { s.alpha = alpha })
}

// WithHalfLife sets alpha by the gap, in steps, after which an untouched row has lost half of its
// norm, at least 1: see AlphaOfHalfLife. Unlike alpha itself it can be kept when the batch size
// changes, if it is thought of in epochs. It takes the place of WithAlpha and WithScaledDecay.
func WithHalfLife(steps float64) Option {
	return number("WithHalfLife", steps, steps >= 1, "must be at least 1", func(s *settings) { s.alpha = AlphaOfHalfLife(steps) })
}

// WithMinShrinkage limits the decay of a step so that this share of a row stays, in [0, 1].
// Default 0; for RowWiseRMSpropAR 0.1.
func WithMinShrinkage(share float64) Option {
	return number("WithMinShrinkage", share, share >= 0 && share <= 1, "must be in [0, 1]", func(s *settings) { s.floor = share })
}

// WithWeightDecay sets the constant share that a row loses at every step, in [0, 1]. It is not
// multiplied by the learning rate, unless WithScaledDecay is given. Default 1e-3.
func WithWeightDecay(c float64) Option {
	return number("WithWeightDecay", c, c >= 0 && c <= 1, "must be in [0, 1]", func(s *settings) { s.weightDecay = c })
}

// WithDenseDecay lets weights that are not tables decay too.
func WithDenseDecay() Option {
	return Option{"WithDenseDecay", func(s *settings) error { s.decayDense = true; return nil }}
}

// WithScaledDecay multiplies the decay coefficient (alpha or the weight decay) by the learning
// rate, as PyTorch's AdamW does; that of dense weights by theirs.
func WithScaledDecay() Option {
	return Option{"WithScaledDecay", func(s *settings) error { s.scaled = true; return nil }}
}

// WithBuckets keeps adaptive regularization to the rows of the first n frequency buckets, n at
// least 0; rows of higher buckets lose the constant share c, in [0, 1], at every step. Buckets are
// given by Solver.SetBuckets; a row without one counts as one of the first.
func WithBuckets(n int, c float64) Option {
	return Option{"WithBuckets", func(s *settings) error {
		if n < 0 || n > 255 || !(c >= 0 && c <= 1) {
			return fmt.Errorf("%w: WithBuckets(%d, %v): the values must be in [0, 255] and [0, 1]", ErrOption, n, c)
		}
		s.adaptiveBuckets, s.bucketDecay = n, c
		return nil
	}}
}

// WithL2Reg sets the coefficient of coupled L2 regularization, at least 0. Default 1e-5.
func WithL2Reg(l2 float64) Option {
	return number("WithL2Reg", l2, l2 >= 0, "must be at least 0", func(s *settings) { s.l2 = l2 })
}

// WithClip limits every element of a gradient to [-limit, limit] before it is used. Default: no limit.
func WithClip(limit float64) Option {
	return number("WithClip", limit, limit > 0, "must be above 0", func(s *settings) { s.clip = limit })
}

// WithRho sets how far SAM moves the weights, above 0. Default 0.05.
func WithRho(rho float64) Option {
	return number("WithRho", rho, rho > 0, "must be above 0", func(s *settings) { s.rho = rho })
}

// WithClipRatio sets CowClip's limit of a gradient by the norm of its row, above 0. Default 1.
func WithClipRatio(ratio float64) Option {
	return number("WithClipRatio", ratio, ratio > 0, "must be above 0", func(s *settings) { s.ratio = ratio })
}

// WithClipFloor sets the size of weights below which CowClip's limit falls no further, above 0.
// Default 1e-5.
func WithClipFloor(zeta float64) Option {
	return number("WithClipFloor", zeta, zeta > 0, "must be above 0", func(s *settings) { s.zeta = zeta })
}

// WithSeed sets the seed of what MEDA draws. Default 0.
func WithSeed(seed uint64) Option {
	return Option{"WithSeed", func(s *settings) error { s.seed = seed; return nil }}
}

// WithOnTouch lets moments and decay of a row move only at the steps whose batch touches it, as
// PyTorch's SparseAdam and TensorFlow's LazyAdam do. The default is EveryStep; see the package
// comment.
func WithOnTouch() Option {
	return Option{"WithOnTouch", func(s *settings) error { s.onTouch = true; return nil }}
}

// number is an option that checks its value. NaN and what is infinite as a float32 fail whatever ok
// says.
func number(name string, v float64, ok bool, want string, set func(*settings)) Option {
	return Option{name, func(s *settings) error {
		if !ok || math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
			return fmt.Errorf("%w: %s(%v): the value %s", ErrOption, name, v, want)
		}
		set(s)
		return nil
	}}
}

// configure applies options to the defaults of a solver that knows only some of them.
func configure(solver string, defaults settings, known []string, options []Option) (settings, error) {
	s := defaults
	s.name, s.known, s.adaptiveBuckets = solver, known, -1
	for _, o := range options {
		if !slices.Contains(known, o.name) {
			return s, fmt.Errorf("%w: %s does not apply to %s", ErrOption, o.name, solver)
		}
		if err := o.set(&s); err != nil {
			return s, err
		}
	}
	for _, pair := range exclusive {
		if given(options, pair[0]) && given(options, pair[1]) {
			return s, fmt.Errorf("%w: %s and %s exclude each other", ErrOption, pair[0], pair[1])
		}
	}
	if s.beta1 > 0 && !s.onTouch && s.beta1 >= math.Sqrt(s.beta2) {
		return s, fmt.Errorf("%w: WithBeta1(%v): the value must be below the root of beta2 (%v), or momentum would outlast its scale", ErrOption, s.beta1, s.beta2)
	}
	return s, nil
}

// exclusive are options that contradict each other.
var exclusive = [][2]string{
	{"WithAlpha", "WithHalfLife"},
	{"WithScaledDecay", "WithHalfLife"},
	{"WithEpsInside", "WithEpsOutside"},
}

func given(options []Option, name string) bool {
	return slices.ContainsFunc(options, func(o Option) bool { return o.name == name })
}

// denseRate is the learning rate of weights that are not tables.
func (s *settings) denseRate() float64 {
	if s.dense > 0 {
		return s.dense
	}
	return s.learnRate
}

// scale multiplies a decay coefficient by a learning rate, if that was asked for.
func (s *settings) scale(c, rate float64) float64 {
	if s.scaled {
		return c * rate
	}
	return c
}

// none, constant and adaptive are the decays that the settings ask for: of all rows, or of those
// whose choice is 0 and 1.
func (s *settings) none() []decay { return []decay{constantDecay(0)} }

func (s *settings) constant() []decay {
	return []decay{constantDecay(min(1, s.scale(s.weightDecay, s.learnRate)))}
}

func (s *settings) adaptive() []decay {
	list := []decay{adaptiveDecay(s.scale(s.alpha, s.learnRate), s.floor)}
	if s.adaptiveBuckets >= 0 {
		list = append(list, constantDecay(min(1, s.scale(s.bucketDecay, s.learnRate))))
	}
	return list
}

// denseDecay is the share that weights that are not tables lose at every step.
func (s *settings) denseDecay() float64 {
	if !s.decayDense {
		return 0
	}
	return min(1, s.scale(s.weightDecay, s.denseRate()))
}
