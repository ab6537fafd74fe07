package solvers

import "strconv"

// Parameter describes an option of a solver for lists, flags and configuration files.
type Parameter struct {
	Name    string // "learning_rate"
	Option  string // "WithLearnRate"
	Default string // "0.001"; "" if there is none, or the option is a switch that is off
	Meaning string
	Switch  bool // is on or off: With(1) or nothing
	// With is the option with a value; that of a switch does not matter.
	With func(value float64) Option
}

// parameters are all options but WithBuckets, whose buckets come from elsewhere.
var parameters = []parameter{
	numberParameter("learning_rate", "WithLearnRate", "step size", WithLearnRate, func(s *settings) float64 { return s.learnRate }),
	numberParameter("dense_learning_rate", "WithDenseLearnRate", "step size of weights that are not tables; default: learning_rate", WithDenseLearnRate, func(s *settings) float64 { return s.dense }),
	numberParameter("beta1", "WithBeta1", "decay of the first moment", WithBeta1, func(s *settings) float64 { return s.beta1 }),
	numberParameter("beta2", "WithBeta2", "decay of the second moment", WithBeta2, func(s *settings) float64 { return s.beta2 }),
	numberParameter("eps", "WithEps", "keeps the denominator from zero", WithEps, func(s *settings) float64 { return s.eps }),
	switchParameter("eps_inside", "WithEpsInside", "the denominator is sqrt(v+eps); Adam's default", WithEpsInside),
	switchParameter("eps_outside", "WithEpsOutside", "the denominator is sqrt(v)+eps; Adagrad's default", WithEpsOutside),
	numberParameter("alpha", "WithAlpha", "strength of adaptive regularization", WithAlpha, func(s *settings) float64 { return s.alpha }),
	numberParameter("half_life", "WithHalfLife", "sets alpha by the steps after which an untouched row has lost half of its norm", WithHalfLife, noDefault),
	numberParameter("min_shrinkage", "WithMinShrinkage", "share of a row that survives any decay of one step", WithMinShrinkage, func(s *settings) float64 { return s.floor }),
	numberParameter("weight_decay", "WithWeightDecay", "share of itself that a row loses at every step", WithWeightDecay, func(s *settings) float64 { return s.weightDecay }),
	switchParameter("scaled_decay", "WithScaledDecay", "the decay is multiplied by the learning rate", WithScaledDecay),
	switchParameter("dense_decay", "WithDenseDecay", "weights that are not tables decay too", WithDenseDecay),
	numberParameter("l2", "WithL2Reg", "coefficient of coupled L2 regularization", WithL2Reg, func(s *settings) float64 { return s.l2 }),
	numberParameter("rho", "WithRho", "how far the second pass is from the weights", WithRho, func(*settings) float64 { return defaultRho }),
	numberParameter("clip_ratio", "WithClipRatio", "limit of a row's gradient by the row's norm", WithClipRatio, func(s *settings) float64 { return s.ratio }),
	numberParameter("clip_floor", "WithClipFloor", "size of weights below which that limit falls no further", WithClipFloor, func(s *settings) float64 { return s.zeta }),
	numberParameter("clip", "WithClip", "limit of every element of a gradient", WithClip, func(s *settings) float64 { return s.clip }),
	numberParameter("seed", "WithSeed", "of what is drawn anew", func(v float64) Option { return WithSeed(uint64(v)) }, noDefault),
	switchParameter("on_touch", "WithOnTouch", "rows move only when a batch touches them", WithOnTouch),
}

type parameter struct {
	Parameter
	value func(*settings) float64 // the default; nil for a switch
}

func numberParameter(name, option, meaning string, with func(float64) Option, value func(*settings) float64) parameter {
	return parameter{Parameter{Name: name, Option: option, Meaning: meaning, With: with}, value}
}

func switchParameter(name, option, meaning string, with func() Option) parameter {
	return parameter{Parameter{Name: name, Option: option, Meaning: meaning, Switch: true, With: func(float64) Option { return with() }}, nil}
}

func noDefault(*settings) float64 { return 0 }

// Parameters lists the options of a solver with their defaults.
func (e Entry) Parameters() []Parameter {
	var list []Parameter
	for _, p := range parameters {
		if !e.Takes(p.Option) {
			continue
		}
		if p.value != nil {
			if v := p.value(&e.defaults); v != 0 {
				p.Default = strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
		list = append(list, p.Parameter)
	}
	return list
}
