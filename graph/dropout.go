package graph

import (
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// Mode says whether the graphs that share it train or evaluate. Dropout and BatchNorm read it at every run.
type Mode struct {
	Training bool
	// KeepStatistics leaves the running statistics of BatchNorm as they are, in a second pass over a batch.
	KeepStatistics bool
	// Rank and Ranks say which of Ranks equal parts of a larger batch the graph's batch is, if several
	// processes share it. Dropout draws masks for the larger one, so that together they drop what one
	// process would drop, and their generators stay equal. 0 ranks are the same as 1.
	Rank, Ranks int
	// Weight is that of the real samples in the batch of this rank. The loop sets it before each run, if there are other ranks.
	Weight float64
	// Gather returns the numbers of all ranks, one after another, of which each gives as many. BatchNorm calls it during a run,
	// so all ranks must run their graphs at the same time. nil: there are no other ranks.
	Gather func(own []float64) (all []float64, err error)
}

// Dropout sets values of x to zero with probability rate, in [0, 1), and divides the others by
// 1-rate, so that the mean stays. It draws its mask anew from rng at every run while mode.Training is
// set; otherwise it passes x on.
func Dropout(x *gorgonia.Node, rate float64, mode *Mode, rng *rand.Rand) (*gorgonia.Node, error) {
	if !(rate >= 0 && rate < 1) {
		return nil, fmt.Errorf("graph: dropout: rate must be in [0, 1), got %v", rate)
	}
	mask := make([]float32, x.Shape().TotalSize())
	forward := func(out []float32, in [][]float32) {
		if !mode.Training || rate == 0 {
			fill(mask, 1)
		} else {
			drawMask(mask, mode.Rank, mode.Ranks, rate, rng)
		}
		kernel.Mul(out, in[0], mask)
	}
	// out is an input of the gradient, so that the mask exists before the gradient uses it.
	backward := func(out []float32, in [][]float32) { kernel.Mul(out, in[1], mask) }
	diff := func(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("dropout gradient", x.Shape().Clone(), 2, backward, nil).apply(out, grad)
		return gorgonia.Nodes{dx}, err
	}
	return newDenseOp("dropout", x.Shape().Clone(), 1, forward, diff).as(operator("Identity")).apply(x)
}

// drawMask draws the masks of all ranks one after another, two values from each 64-bit number, and keeps
// the mask of one rank.
func drawMask(mask []float32, rank, ranks int, rate float64, rng *rand.Rand) {
	threshold := uint32(rate * (1 << 32))
	keep := float32(1 / (1 - rate))
	before := rank * len(mask)
	set := func(i int, r uint32) {
		if i -= before; i < 0 || i >= len(mask) {
			return
		}
		mask[i] = 0
		if r >= threshold {
			mask[i] = keep
		}
	}
	for i := 0; i < max(1, ranks)*len(mask); i += 2 {
		r := rng.Uint64()
		set(i, uint32(r))
		set(i+1, uint32(r>>32))
	}
}

func fill(dst []float32, v float32) {
	for i := range dst {
		dst[i] = v
	}
}
