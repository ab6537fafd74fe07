package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
)

// The parameters of the solvers of this package. A function takes the default if solvers differ in it. The
// order of a solver's list is that of String.

func learnRate(value float64) Parameter {
	return number("learning_rate", "WithLearnRate", "step size", Above(0), value, func(s *settings) *float64 { return &s.learnRate })
}

func denseLearnRate() Parameter {
	return number("dense_learning_rate", "WithDenseLearnRate", "step size of weights that are not tables; default: learning_rate",
		Above(0), 0, func(s *settings) *float64 { return &s.dense })
}

func beta1(value float64) Parameter {
	r := Range{"in [0, 1), and below 1 as a float32", func(v float64) bool { return v >= 0 && float32(v) < 1 }}
	return number("beta1", "WithBeta1", "decay of the first moment", r, value, func(s *settings) *float64 { return &s.beta1 })
}

func beta2(value float64) Parameter {
	r := Range{"in (0, 1), also as a float32", func(v float64) bool { return float32(v) > 0 && float32(v) < 1 }}
	return number("beta2", "WithBeta2", "decay of the second moment", r, value, func(s *settings) *float64 { return &s.beta2 })
}

func eps(value float64) Parameter {
	r := Range{"above 0, also as a float32", func(v float64) bool { return float32(v) > 0 }}
	return number("eps", "WithEps", "keeps the denominator from zero", r, value, func(s *settings) *float64 { return &s.eps })
}

func epsInside() Parameter {
	return onOff("eps_inside", "WithEpsInside", "the denominator is sqrt(v+eps); Adam's default", func(s *settings) { s.epsOutside = false })
}

func epsOutside() Parameter {
	p := onOff("eps_outside", "WithEpsOutside", "the denominator is sqrt(v)+eps; Adagrad's default", func(s *settings) { s.epsOutside = true })
	p.excludes = []string{"eps_inside"}
	return p
}

func alpha(value float64) Parameter {
	return number("alpha", "WithAlpha", "strength of adaptive regularization", AtLeast(0), value, func(s *settings) *float64 { return &s.alpha })
}

func halfLife() Parameter {
	return Parameter{
		Name: "half_life", Option: "WithHalfLife", Range: AtLeast(1), excludes: []string{"alpha", "scaled_decay"},
		Meaning: "sets alpha by the steps after which an untouched row has lost half of its norm",
		set:     func(s *settings, steps float64) { s.alpha = AlphaOfHalfLife(steps) },
	}
}

func minShrinkage(value float64) Parameter {
	return number("min_shrinkage", "WithMinShrinkage", "share of a row that survives any decay of one step",
		Within(0, 1), value, func(s *settings) *float64 { return &s.floor })
}

func weightDecay(value float64) Parameter {
	return number("weight_decay", "WithWeightDecay", "share of itself that a row loses at every step",
		Within(0, 1), value, func(s *settings) *float64 { return &s.weightDecay })
}

func scaledDecay() Parameter {
	return onOff("scaled_decay", "WithScaledDecay", "the decay is multiplied by the learning rate", func(s *settings) { s.scaled = true })
}

func denseDecay() Parameter {
	return onOff("dense_decay", "WithDenseDecay", "weights that are not tables decay too", func(s *settings) { s.decayDense = true })
}

func l2(value float64) Parameter {
	return number("l2", "WithL2Reg", "coefficient of coupled L2 regularization", AtLeast(0), value, func(s *settings) *float64 { return &s.l2 })
}

func rho(value float64) Parameter {
	return number("rho", "WithRho", "how far the second pass is from the weights", Above(0), value, func(s *settings) *float64 { return &s.rho })
}

func clipRatio(value float64) Parameter {
	return number("clip_ratio", "WithClipRatio", "limit of a row's gradient by the row's norm", Above(0), value, func(s *settings) *float64 { return &s.ratio })
}

func clipFloor(value float64) Parameter {
	return number("clip_floor", "WithClipFloor", "size of weights below which that limit falls no further",
		Above(0), value, func(s *settings) *float64 { return &s.zeta })
}

func clip() Parameter {
	return number("clip", "WithClip", "limit of every element of a gradient", Above(0), 0, func(s *settings) *float64 { return &s.clip })
}

func seed() Parameter {
	r := Range{"a whole number of at least 0", func(v float64) bool { return v >= 0 && v == math.Trunc(v) }}
	return Parameter{
		Name: "seed", Option: "WithSeed", Meaning: "of what is drawn: new embeddings, roundings", Range: r,
		set: func(s *settings, v float64) { s.seed = uint64(v) },
	}
}

func keepState() Parameter {
	return onOff("keep_state", "WithKeepState", "new tables keep the moments of the old ones", func(s *settings) { s.keepState = true })
}

func onTouch() Parameter {
	return onOff("on_touch", "WithOnTouch", "rows move only when a batch touches them", func(s *settings) { s.onTouch = true })
}

func rowState() Parameter {
	return onOff("row_state", "WithRowState", "moments of rows in bfloat16", func(s *settings) { s.rowState = graph.BFloat16 })
}

func rowWeights() Parameter {
	return onOff("row_weights", "WithRowWeights", "rows in bfloat16", func(s *settings) { s.rowWeights = graph.BFloat16 })
}

// number is a parameter that is a field of the settings.
func number(name, option, meaning string, r Range, value float64, field func(*settings) *float64) Parameter {
	return Parameter{
		Name: name, Option: option, Meaning: meaning, Range: r, Default: value,
		set:   func(s *settings, v float64) { *field(s) = v },
		value: func(s *settings) float64 { return *field(s) },
	}
}

// onOff is a switch that does something to the settings.
func onOff(name, option, meaning string, on func(*settings)) Parameter {
	return Parameter{Name: name, Option: option, Meaning: meaning, Switch: true, set: func(s *settings, v float64) {
		if v == 1 {
			on(s)
		}
	}}
}
