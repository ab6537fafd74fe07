package solvers

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
)

// settings are the hyper-parameters of all solvers.
type settings struct {
	name       string      // of the solver
	parameters []Parameter // that it takes

	learnRate, dense, beta1, beta2, eps float64
	share                               float64 // of the learning rates, see ScaleLearnRate
	alpha, weightDecay, floor, l2, clip float64
	rho, ratio, zeta                    float64
	adaptiveBuckets                     int
	bucketDecay                         float64
	seed                                uint64

	epsOutside, onTouch, scaled, decayDense, keepState bool
	rowState, rowWeights                               graph.Precision // of the moments and of the weights of rows
}

// configure returns the settings of a solver that has the parameters of the entry: base, then the defaults of
// the parameters, then the options.
func (e Entry) configure(base settings, options []Option) (settings, error) {
	s := base
	s.parameters, s.adaptiveBuckets, s.share = e.Parameters, -1, 1
	for _, p := range e.Parameters {
		if p.Default != 0 {
			p.set(&s, p.Default)
		}
	}
	own, others := split(options, e.takes())
	for i, o := range own {
		if p, found := e.Parameter(o.parameter.Name); found {
			own[i].parameter = p // the option may be of one that was made elsewhere, under the same name
		} else if o.set == nil {
			others = append(others, o)
		}
	}
	if err := Unused(s.name, others); err != nil {
		return s, err
	}
	for _, o := range own {
		if err := o.apply(&s); err != nil {
			return s, err
		}
	}
	if err := checkExclusive(own); err != nil {
		return s, err
	}
	if s.beta1 > 0 && !s.onTouch && s.beta1 >= math.Sqrt(s.beta2) {
		return s, fmt.Errorf("%w: WithBeta1(%v): the value must be below the root of beta2 (%v), or momentum would outlast its scale", ErrOption, s.beta1, s.beta2)
	}
	return s, nil
}

// apply sets what an option says.
func (o Option) apply(s *settings) error {
	if o.err != nil {
		return o.err
	}
	if o.set != nil {
		o.set(s)
		return nil
	}
	o.parameter.set(s, o.value)
	return o.parameter.check(o.value)
}

// Unused returns an error that wraps ErrOption if options are left, which the solver of that name does not
// take. A constructor of one's own calls it last.
func Unused(solver string, options []Option) error {
	if len(options) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %s does not apply to %s", ErrOption, options[0].parameter.label(), solver)
}

// checkExclusive returns an error if two options contradict each other. A switch that is off says nothing.
func checkExclusive(options []Option) error {
	on := slices.DeleteFunc(options, func(o Option) bool { return o.parameter.Switch && o.value == 0 })
	for _, o := range on {
		for _, other := range on {
			if slices.Contains(o.parameter.excludes, other.parameter.Name) {
				return fmt.Errorf("%w: %s and %s exclude each other", ErrOption, other.parameter.label(), o.parameter.label())
			}
		}
	}
	return nil
}

// String implements Solver.
func (s *settings) String() string {
	var list []string
	for _, p := range s.parameters {
		if p.value == nil {
			continue
		}
		if v := p.value(s); v != 0 {
			list = append(list, p.Name+"="+text(v))
		}
	}
	for _, w := range []struct {
		on   bool
		name string
	}{{s.epsOutside, "eps_outside"}, {s.onTouch, "on_touch"}, {s.scaled, "scaled_decay"}, {s.decayDense, "dense_decay"}} {
		if w.on {
			list = append(list, w.name)
		}
	}
	if s.rowState != graph.Float32 {
		list = append(list, "row_state="+s.rowState.String())
	}
	if s.rowWeights != graph.Float32 {
		list = append(list, "row_weights="+s.rowWeights.String())
	}
	if s.rowState != graph.Float32 || s.rowWeights != graph.Float32 {
		list = append(list, "seed="+strconv.FormatUint(s.seed, 10))
	}
	if s.adaptiveBuckets >= 0 {
		list = append(list, "buckets="+strconv.Itoa(s.adaptiveBuckets)+":"+text(s.bucketDecay))
	}
	return s.name + "(" + strings.Join(list, ", ") + ")"
}

// RowWeights implements RowKeeper.
func (s *settings) RowWeights() graph.Precision { return s.rowWeights }

// LearnRate implements LearnRater.
func (s *settings) LearnRate() float64 { return s.learnRate }

// HalfLife implements HalfLifer.
func (s *settings) HalfLife() float64 {
	if s.alpha == 0 {
		return 0
	}
	return HalfLifeOfAlpha(s.scale(s.alpha, s.learnRate))
}

// rate returns the learning rate of the rows of tables.
func (s *settings) rate() float64 { return s.learnRate * s.share }

// denseRate returns the learning rate of weights that are not tables.
func (s *settings) denseRate() float64 {
	if s.dense > 0 {
		return s.dense * s.share
	}
	return s.rate()
}

// scale multiplies a decay coefficient by a learning rate if the settings ask for it.
func (s *settings) scale(c, rate float64) float64 {
	if s.scaled {
		return c * rate
	}
	return c
}

// none, constant and adaptive return the decays that the settings ask for: one for all rows, or one
// for those whose choice is 0 and one for those whose choice is 1.
func (s *settings) none() []decay { return []decay{constantDecay(0)} }

func (s *settings) constant() []decay {
	return []decay{constantDecay(min(1, s.scale(s.weightDecay, s.rate())))}
}

func (s *settings) adaptive() []decay {
	list := []decay{adaptiveDecay(s.scale(s.alpha, s.rate()), s.floor)}
	if s.adaptiveBuckets >= 0 {
		list = append(list, constantDecay(min(1, s.scale(s.bucketDecay, s.rate()))))
	}
	return list
}

// denseDecay returns the share that weights that are not tables lose at every step.
func (s *settings) denseDecay() float64 {
	if !s.decayDense {
		return 0
	}
	return min(1, s.scale(s.weightDecay, s.denseRate()))
}
