package solvers

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

// Vanisher is a solver that answers whether rows vanish under it. See Vanishing.
type Vanisher interface {
	// Vanishing returns after how many steps without a gradient nothing is left of a row, and after how many a row that is
	// zero stays zero. An error says why rows do not become zero to the bit.
	Vanishing() (horizon, tail int, err error)
}

// Vanishing reports whether rows vanish under a solver: adaptive regularization takes all of a row that nobody touches, in
// the end. That takes horizon steps; with AdamAR and AdagradAR about 14/sqrt(alpha). A row that is zero to the bit, and has been
// without a gradient for more than tail steps, stays zero until its next gradient. So it can leave without changing a
// prediction. Rows vanish if the solver and every solver inside it answer so as Vanisher.
func Vanishing(s gorgonia.Solver) (horizon, tail int, err error) {
	for ; s != nil; s = inside(s) {
		v, answers := s.(Vanisher)
		if !answers {
			return 0, 0, fmt.Errorf("%T does not say that they do: it is not a solvers.Vanisher", s)
		}
		ownHorizon, ownTail, err := v.Vanishing()
		if err != nil {
			return 0, 0, err
		}
		horizon, tail = max(horizon, ownHorizon), max(tail, ownTail)
	}
	return horizon, tail, nil
}

// Vanishing implements Vanisher.
func (s *solver) Vanishing() (horizon, tail int, err error) {
	switch {
	case s.onTouch:
		return 0, 0, fmt.Errorf("%s: rows that no batch touches do not move", s)
	case len(s.decays) > 1:
		return 0, 0, fmt.Errorf("%s: rows of frequent values decay by a constant share, and are never quite zero", s)
	case s.decays[0](math.MaxInt32) < 1:
		return 0, 0, fmt.Errorf("%s: the decay never takes all of a row", s)
	case s.byFrequency:
		return 0, 0, fmt.Errorf("%s: how often rows occurred is a part of its state", s)
	}
	if adam, isAdam := s.base.(*adamBase); isAdam {
		tail = tailLength(adam.beta1, adam.beta2)
	}
	return s.decays[0].horizon(), tail, nil
}

// horizon returns the number of steps without a gradient after which nothing is left of a row in float32.
func (d decay) horizon() int {
	left := 0.0 // logarithm of the share that is left
	for n := 0; ; n++ {
		if left += math.Log1p(-d(n)); left < math.Log(math.SmallestNonzeroFloat32)-1 {
			return n
		}
	}
}
