package solvers

import (
	"slices"
	"strconv"
	"strings"
)

// String implements Solver.
func (s *settings) String() string {
	var list []string
	for _, p := range parameters {
		if p.value != nil && slices.Contains(s.known, p.option) {
			if v := p.value(s); v != 0 {
				list = append(list, p.name+"="+strconv.FormatFloat(v, 'g', -1, 64))
			}
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
	if s.adaptiveBuckets >= 0 {
		list = append(list, "buckets="+strconv.Itoa(s.adaptiveBuckets)+":"+strconv.FormatFloat(s.bucketDecay, 'g', -1, 64))
	}
	return s.name + "(" + strings.Join(list, ", ") + ")"
}

// LearnRate implements Solver.
func (s *settings) LearnRate() float64 { return s.learnRate }
