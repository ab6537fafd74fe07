package graph

import (
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Mode says whether the graphs it was given to train or evaluate. Dropout reads it at every run.
type Mode struct{ Training bool }

// Dropout sets values of x to zero with probability rate, in [0, 1), and divides the others by
// 1-rate, so that the mean stays. Its mask is drawn anew from rng at every run while
// mode.Training is set; otherwise Dropout passes x on.
func Dropout(x *gorgonia.Node, rate float64, mode *Mode, rng *rand.Rand) (*gorgonia.Node, error) {
	if !(rate >= 0 && rate < 1) {
		return nil, fmt.Errorf("graph: dropout: rate must be in [0, 1), got %v", rate)
	}
	mask := make([]float32, x.Shape().TotalSize())
	forward := func(out []float32, in [][]float32) {
		if !mode.Training || rate == 0 {
			fill(mask, 1)
		} else {
			drawMask(mask, rate, rng)
		}
		kernel.Mul(out, in[0], mask)
	}
	// out is an input of the gradient, so that the mask is drawn before it is used.
	backward := func(out []float32, in [][]float32) { kernel.Mul(out, in[1], mask) }
	diff := func(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("dropout gradient", x.Shape().Clone(), 2, backward, nil).apply(out, grad)
		return gorgonia.Nodes{dx}, err
	}
	return newDenseOp("dropout", x.Shape().Clone(), 1, forward, diff).apply(x)
}

// drawMask draws two values from each 64-bit number.
func drawMask(mask []float32, rate float64, rng *rand.Rand) {
	threshold := uint32(rate * (1 << 32))
	keep := float32(1 / (1 - rate))
	value := func(r uint32) float32 {
		if r < threshold {
			return 0
		}
		return keep
	}
	for i := 0; i < len(mask); i += 2 {
		r := rng.Uint64()
		mask[i] = value(uint32(r))
		if i+1 < len(mask) {
			mask[i+1] = value(uint32(r >> 32))
		}
	}
}

func fill(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}
