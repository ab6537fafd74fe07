package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// CowClip is Adam with adaptive column-wise clipping, Zheng and others, CowClip: Reducing CTR
// Prediction Model Training Time from 12 hours to 10 minutes on 1 GPU, AAAI 2023: it scales the gradient of
// a row that occurs n times in the batch down to a norm of at most
//
//	ratio * n * max(||w||, ratio*sqrt(dim)*zeta)
//
// As in the authors' code, it leaves tables of one value a row alone, which are the weights of a linear part.
// Their code adds coupled L2 regularization to the loss; to have it, choose L2.
type CowClip struct{ solver }

func cowClipEntry() Entry {
	return Entry{
		Name:       "cowclip",
		Formula:    "Adam; a row seen n times in the batch has ||g|| <= ratio*n*max(||w||, ratio*sqrt(dim)*zeta)",
		Reference:  "Zheng and others, AAAI 2023",
		Semantics:  EveryStep,
		Parameters: adamParameters(clipRatio(1), clipFloor(1e-5)),
		New:        maker(NewCowClip),
	}
}

// NewCowClip makes a solver; it takes the options of Adam, WithClipRatio and WithClipFloor.
func NewCowClip(options ...Option) (*CowClip, error) {
	s, err := cowClipEntry().configure(settings{name: "CowClip"}, options)
	if err != nil {
		return nil, err
	}
	c := &CowClip{newSolver(s, newAdamBase(s), (*settings).none)}
	c.transform = func(w, g []float32, count int) { cowClip(w, g, count, s.ratio, s.zeta) }
	return c, nil
}

// NeedsCounts implements RowCounter.
func (*CowClip) NeedsCounts() bool { return true }

// cowClip limits the gradient g of a row w that occurred count times.
func cowClip(w, g []float32, count int, ratio, zeta float64) {
	if len(w) == 1 {
		return
	}
	lower := ratio * math.Sqrt(float64(len(w))) * zeta
	limit := ratio * float64(count) * max(math.Sqrt(sumSquares(w)), lower)
	if norm := math.Sqrt(sumSquares(g)); norm > limit {
		kernel.Scale(g, float32(limit/norm))
	}
}

var _ Solver = (*CowClip)(nil)
