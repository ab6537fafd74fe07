package solvers

import "github.com/ctrzoo/ctrzoo/graph/kernel"

// denseState is the state of one dense weight.
type denseState struct {
	solver  *solver
	w, m, v []float32 // m is nil for a base without momentum
	clock   [1]uint32 // steps so far

	grad []float32 // of this step
	keep float32
	tile func(from, to int)
}

// elementsPerTile is how many values of a dense weight a core takes at a time.
const elementsPerTile = 1 << 13

func newDenseState(s *solver, w []float32) *denseState {
	d := &denseState{solver: s, w: w, v: make([]float32, len(w))}
	if s.base.usesMomentum() {
		d.m = make([]float32, len(w))
	}
	d.tile = d.update
	return d
}

func (d *denseState) steps() int { return int(d.clock[0]) }

// step takes one step with a gradient and sets it to zero, since Gorgonia adds the next one to it.
func (d *denseState) step(grad []float32) {
	d.clock[0]++
	d.solver.base.begin(d.steps(), d.solver.denseRate())
	d.grad, d.keep = grad, float32(1-d.solver.denseDecay())
	kernel.Parallel(len(d.w), elementsPerTile, d.tile)
	d.grad = nil
}

func (d *denseState) update(from, to int) {
	var m []float32
	if d.m != nil {
		m = d.m[from:to]
	}
	d.solver.base.update(d.w[from:to], d.solver.clipped(d.grad[from:to]), m, d.v[from:to], d.keep)
	clear(d.grad[from:to])
}
