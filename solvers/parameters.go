package solvers

import "strconv"

// Parameter describes an option of a solver for lists, flags and configuration files.
type Parameter struct {
	Name    string // "learning_rate"
	Option  string // "WithLearnRate"
	Default string // "0.001"; "" if there is none, or the option is a switch that is off
	Meaning string
}

// parameters are all options but WithBuckets, whose buckets come from elsewhere.
var parameters = []struct {
	name, option, meaning string
	value                 func(*settings) float64 // nil for a switch
}{
	{"learning_rate", "WithLearnRate", "step size", func(s *settings) float64 { return s.learnRate }},
	{"dense_learning_rate", "WithDenseLearnRate", "step size of weights that are not tables; default: learning_rate", func(s *settings) float64 { return s.dense }},
	{"beta1", "WithBeta1", "decay of the first moment", func(s *settings) float64 { return s.beta1 }},
	{"beta2", "WithBeta2", "decay of the second moment", func(s *settings) float64 { return s.beta2 }},
	{"eps", "WithEps", "keeps the denominator from zero", func(s *settings) float64 { return s.eps }},
	{"eps_inside", "WithEpsInside", "the denominator is sqrt(v+eps); Adam's default", nil},
	{"eps_outside", "WithEpsOutside", "the denominator is sqrt(v)+eps; Adagrad's default", nil},
	{"alpha", "WithAlpha", "strength of adaptive regularization", func(s *settings) float64 { return s.alpha }},
	{"half_life", "WithHalfLife", "sets alpha by the steps after which an untouched row has lost half of its norm", func(*settings) float64 { return 0 }},
	{"min_shrinkage", "WithMinShrinkage", "share of a row that survives any decay of one step", func(s *settings) float64 { return s.floor }},
	{"weight_decay", "WithWeightDecay", "share of itself that a row loses at every step", func(s *settings) float64 { return s.weightDecay }},
	{"scaled_decay", "WithScaledDecay", "the decay is multiplied by the learning rate", nil},
	{"dense_decay", "WithDenseDecay", "weights that are not tables decay too", nil},
	{"l2", "WithL2Reg", "coefficient of coupled L2 regularization", func(s *settings) float64 { return s.l2 }},
	{"rho", "WithRho", "how far the second pass is from the weights", func(*settings) float64 { return defaultRho }},
	{"clip_ratio", "WithClipRatio", "limit of a row's gradient by the row's norm", func(s *settings) float64 { return s.ratio }},
	{"clip_floor", "WithClipFloor", "size of weights below which that limit falls no further", func(s *settings) float64 { return s.zeta }},
	{"clip", "WithClip", "limit of every element of a gradient", func(s *settings) float64 { return s.clip }},
	{"seed", "WithSeed", "of what is drawn anew", func(s *settings) float64 { return 0 }},
	{"on_touch", "WithOnTouch", "rows move only when a batch touches them", nil},
}

// Parameters lists the options of a solver with their defaults.
func (e Entry) Parameters() []Parameter {
	var list []Parameter
	for _, p := range parameters {
		if !e.Takes(p.option) {
			continue
		}
		parameter := Parameter{Name: p.name, Option: p.option, Meaning: p.meaning}
		if p.value != nil {
			if v := p.value(&e.defaults); v != 0 {
				parameter.Default = strconv.FormatFloat(v, 'g', -1, 64)
			}
		}
		list = append(list, parameter)
	}
	return list
}

// Settings are hyper-parameters for New; zero means the solver's default. A field that the solver
// has no use for is ignored, so that one Settings serves a comparison of several solvers.
type Settings struct {
	LearnRate, DenseLearnRate      float64
	Beta1, Beta2, Eps              float64
	Alpha, HalfLife, MinShrinkage  float64
	WeightDecay, L2Reg, Clip       float64
	Rho, ClipRatio, ClipFloor      float64
	Seed                           uint64
	EpsInside, EpsOutside, OnTouch bool
	ScaledDecay, DenseDecay        bool
	AdaptiveBuckets                *int    // first argument of WithBuckets
	BucketDecay                    float64 // second argument of WithBuckets
}

// New makes a solver by its name in the catalog.
func New(name string, settings Settings) (Solver, error) {
	e, err := Find(name)
	if err != nil {
		return nil, err
	}
	var options []Option
	for _, o := range settings.options() {
		if e.Takes(o.name) {
			options = append(options, o)
		}
	}
	return e.New(options...)
}

// options are the fields that are not zero.
func (s *Settings) options() []Option {
	var list []Option
	for _, v := range []struct {
		value float64
		with  func(float64) Option
	}{
		{s.LearnRate, WithLearnRate}, {s.DenseLearnRate, WithDenseLearnRate},
		{s.Beta1, WithBeta1}, {s.Beta2, WithBeta2}, {s.Eps, WithEps},
		{s.Alpha, WithAlpha}, {s.HalfLife, WithHalfLife}, {s.MinShrinkage, WithMinShrinkage},
		{s.WeightDecay, WithWeightDecay}, {s.L2Reg, WithL2Reg}, {s.Clip, WithClip},
		{s.Rho, WithRho}, {s.ClipRatio, WithClipRatio}, {s.ClipFloor, WithClipFloor},
	} {
		if v.value != 0 {
			list = append(list, v.with(v.value))
		}
	}
	for _, v := range []struct {
		on   bool
		with func() Option
	}{
		{s.EpsInside, WithEpsInside}, {s.EpsOutside, WithEpsOutside}, {s.OnTouch, WithOnTouch},
		{s.ScaledDecay, WithScaledDecay}, {s.DenseDecay, WithDenseDecay},
	} {
		if v.on {
			list = append(list, v.with())
		}
	}
	if s.AdaptiveBuckets != nil {
		list = append(list, WithBuckets(*s.AdaptiveBuckets, s.BucketDecay))
	}
	return append(list, WithSeed(s.Seed))
}
