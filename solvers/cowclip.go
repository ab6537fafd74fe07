package solvers

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// CowClip is Adam with adaptive column-wise clipping, Zheng and others, CowClip: Reducing CTR
// Prediction Model Training Time from 12 hours to 10 minutes on 1 GPU, AAAI 2023: the gradient of a
// row that occurs n times in the batch is scaled down to a norm of at most
//
//	ratio * n * max(||w||, ratio*sqrt(dim)*zeta)
//
// As in the authors' code tables of one value a row, the weights of a linear part, are left alone.
// Theirs adds coupled L2 regularization to the loss; to have it, choose L2.
type CowClip struct{ solver }

var cowClipOptions = join(adamOptions, []string{"WithClipRatio", "WithClipFloor"})

// NewCowClip makes a solver; it takes the options of Adam, WithClipRatio and WithClipFloor.
func NewCowClip(options ...Option) (*CowClip, error) {
	s, err := configure("CowClip", adamDefaults(), cowClipOptions, options)
	if err != nil {
		return nil, err
	}
	c := &CowClip{newSolver(s, newAdamBase(s), (*settings).none)}
	c.transform = func(w, g []float32, count int) { cowClip(w, g, count, s.ratio, s.zeta) }
	return c, nil
}

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
