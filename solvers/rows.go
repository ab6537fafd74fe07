package solvers

import (
	"sync"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// rowsPerTile is the unit in which rows are shared out between cores.
const rowsPerTile = 256

// rows is the state of one table: for each row its moments, the step of its latest gradient that
// was not zero, and the step through which the row is settled. It is the table's Settler.
type rows struct {
	solver *solver
	table  *graph.Table
	dim    int
	m, v   *offheap.Array[float32] // m is nil for a base without momentum
	steps  *offheap.Array[uint32]  // for each row: latest gradient, settled through
	// bucket chooses a law for each row; nil means the first law for all.
	bucket []uint8

	work          []int32        // the rows of the tiles below
	grad          *graph.RowGrad // of the step at hand
	settleTile    func(from, to int)
	settleAllTile func(from, to int)
	updateTile    func(from, to int)
	scratches     sync.Pool
}

func newRows(s *solver, t *graph.Table) (*rows, error) {
	r := &rows{solver: s, table: t, dim: t.Dim()}
	r.settleTile, r.settleAllTile, r.updateTile = r.settleRows, r.settleRange, r.updateRows
	r.scratches.New = func() any { return new(tail) }
	var err error
	if s.base.usesMomentum() {
		if r.m, err = offheap.New[float32](t.Rows() * r.dim); err != nil {
			return nil, err
		}
	}
	if r.v, err = offheap.New[float32](t.Rows() * r.dim); err != nil {
		return nil, err
	}
	if r.steps, err = offheap.New[uint32](2 * t.Rows()); err != nil {
		return nil, err
	}
	if !s.onTouch {
		t.SetSettler(r)
	}
	return r, nil
}

// moments returns the parts of m and v of one row.
func (r *rows) moments(row int) (m, v []float32) {
	from, to := row*r.dim, (row+1)*r.dim
	if r.m != nil {
		m = r.m.Data()[from:to]
	}
	return m, r.v.Data()[from:to]
}

func (r *rows) weights(row int) []float32 { return r.table.Floats()[row*r.dim : (row+1)*r.dim] }

func (r *rows) law(row int) *law {
	if r.bucket == nil {
		return r.solver.laws[0]
	}
	return r.solver.laws[r.bucket[row]]
}

// Settle brings distinct rows to the solver's latest step.
func (r *rows) Settle(list []int32) {
	steps, k := r.steps.Data(), r.solver.k
	r.solver.prepare()
	for _, row := range list {
		s, u := int(steps[2*row]), int(steps[2*row+1])
		if u < k {
			r.law(int(row)).prepare(u, s, k)
		}
	}
	r.work = list
	kernel.Parallel(len(list), rowsPerTile, r.settleTile)
}

func (r *rows) settleRows(from, to int) {
	scratch := r.scratches.Get().(*tail)
	for _, row := range r.work[from:to] {
		r.settle(int(row), scratch)
	}
	r.scratches.Put(scratch)
}

// SettleAll brings every row to the solver's latest step.
func (r *rows) SettleAll() {
	steps, k := r.steps.Data(), r.solver.k
	r.solver.prepare()
	for row := range r.table.Rows() {
		if s, u := int(steps[2*row]), int(steps[2*row+1]); u < k {
			r.law(row).prepare(u, s, k)
		}
	}
	kernel.Parallel(r.table.Rows(), rowsPerTile, r.settleAllTile)
}

func (r *rows) settleRange(from, to int) {
	scratch := r.scratches.Get().(*tail)
	for row := from; row < to; row++ {
		r.settle(row, scratch)
	}
	r.scratches.Put(scratch)
}

func (r *rows) settle(row int, scratch *tail) {
	steps, k := r.steps.Data()[2*row:2*row+2], r.solver.k
	s, u := int(steps[0]), int(steps[1])
	if u >= k {
		return
	}
	m, v := r.moments(row)
	r.law(row).settle(r.weights(row), m, v, u, s, k, scratch)
	steps[1] = uint32(k)
}

// update is step k on the rows of a gradient, which Lookup has settled to step k-1.
func (r *rows) update(g *graph.RowGrad) {
	r.grad = g
	kernel.Parallel(len(g.Rows), rowsPerTile, r.updateTile)
	r.grad = nil
}

func (r *rows) updateRows(from, to int) {
	steps, k := r.steps.Data(), r.solver.k
	for i := from; i < to; i++ {
		row := int(r.grad.Rows[i])
		g := r.grad.Values[i*r.dim : (i+1)*r.dim]
		m, v := r.moments(row)
		keep := 1 - r.law(row).survival.decay(k-int(steps[2*row])-1)
		r.solver.base.update(r.weights(row), r.solver.clipped(g), m, v, float32(keep))
		if !isZero(g) {
			steps[2*row] = uint32(k)
		}
		steps[2*row+1] = uint32(k)
	}
}

func isZero(x []float32) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}
