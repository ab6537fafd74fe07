package solvers

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

// Vanisher is a solver that answers whether rows vanish under it. See Vanishing.
type Vanisher interface {
	// Vanishing returns nil if a row without gradients becomes zero to the bit in the end, and stays so, and after how many
	// steps without a gradient a row that is zero stays zero. An error says why not.
	Vanishing() (tail int, err error)
}

// Vanishing reports whether rows vanish under a solver: adaptive regularization takes all of a row that nobody touches, in
// the end. A row that is zero to the bit, and has been without a gradient for more than tail steps, stays zero until its next
// gradient. So it can leave without changing a prediction. Rows vanish if the solver and every solver inside it answer so as
// Vanisher.
func Vanishing(s gorgonia.Solver) (tail int, err error) {
	for ; s != nil; s = inside(s) {
		v, answers := s.(Vanisher)
		if !answers {
			return 0, fmt.Errorf("%T does not say that they do: it is not a solvers.Vanisher", s)
		}
		own, err := v.Vanishing()
		if err != nil {
			return 0, err
		}
		tail = max(tail, own)
	}
	return tail, nil
}

// Vanishing implements Vanisher.
func (s *solver) Vanishing() (tail int, err error) {
	switch {
	case s.onTouch:
		return 0, fmt.Errorf("%s: rows that no batch touches do not move", s)
	case len(s.decays) > 1:
		return 0, fmt.Errorf("%s: rows of frequent values decay by a constant share, and are never quite zero", s)
	case s.decays[0](math.MaxInt32) < 1:
		return 0, fmt.Errorf("%s: the decay never takes all of a row", s)
	case s.byFrequency:
		return 0, fmt.Errorf("%s: how often rows occurred is a part of its state", s)
	}
	if adam, isAdam := s.base.(*adamBase); isAdam {
		tail = tailLength(adam.beta1, adam.beta2)
	}
	return tail, nil
}

// Horizon returns the number of steps without a gradient after which nothing is left of a row, in float32, under adaptive
// regularization with a given alpha: about 14/sqrt(alpha).
func Horizon(alpha float64) int {
	left := 0.0 // logarithm of the share that is left
	for n := 0; ; n++ {
		lambda := min(1, alpha*float64(n))
		if left += math.Log1p(-lambda); left < math.Log(math.SmallestNonzeroFloat32)-1 {
			return n
		}
	}
}
