package solvers

import (
	"sync"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// rowsPerTile is the unit in which rows are shared out between cores.
const rowsPerTile = 256

// rows is the state of one table. It is the table's Settler.
type rows struct {
	solver *solver
	table  *graph.Table
	dim    int
	m, v   *offheap.Array[float32] // m is nil for a base without momentum
	stamps *offheap.Array[uint32]  // for each row: step of the latest gradient, step it is settled to
	counts *offheap.Array[uint32]  // occurrences of each row, for FAL; else nil
	clock  [2]uint32               // steps so far, and the largest of counts
	rates  schedule
	laws   []law   // one for each decay
	choice []uint8 // the decay of each row; nil means the first for all

	list                              []int32        // the rows to settle
	grad                              *graph.RowGrad // of the step at hand
	settleTile, settleAllTile, update func(from, to int)
	scratches                         sync.Pool
}

func newRows(s *solver, t *graph.Table) (*rows, error) {
	r := &rows{solver: s, table: t, dim: t.Dim()}
	r.settleTile, r.settleAllTile, r.update = r.settleList, r.settleRange, r.updateRange
	r.forgetTails()
	if err := r.allocate(); err != nil {
		r.free()
		return nil, err
	}
	for _, d := range s.decays {
		r.laws = append(r.laws, s.base.newLaw(d, &r.rates))
	}
	if !s.onTouch {
		t.SetSettler(r)
	}
	return r, nil
}

func (r *rows) allocate() (err error) {
	n, b := r.table.Rows(), r.solver.base
	if b.usesMomentum() {
		if r.m, err = offheap.New[float32](n * r.dim); err != nil {
			return err
		}
	}
	if r.v, err = offheap.New[float32](n * b.width(r.dim)); err != nil {
		return err
	}
	if r.solver.byFrequency {
		if r.counts, err = offheap.New[uint32](n); err != nil {
			return err
		}
	}
	r.stamps, err = offheap.New[uint32](2 * n)
	return err
}

func (r *rows) free() {
	r.m.Free()
	r.v.Free()
	r.stamps.Free()
	r.counts.Free()
	r.table.SetSettler(nil)
}

func (r *rows) steps() int { return int(r.clock[0]) }

func (r *rows) weights(row int) []float32 { return r.table.Floats()[row*r.dim : (row+1)*r.dim] }

// moments returns the parts of m and v of one row.
func (r *rows) moments(row int) (m, v []float32) {
	if r.m != nil {
		m = r.m.Data()[row*r.dim : (row+1)*r.dim]
	}
	width := len(r.v.Data()) / r.table.Rows()
	return m, r.v.Data()[row*width : (row+1)*width]
}

// chosen is the number of the decay of a row.
func (r *rows) chosen(row int) int {
	if r.choice == nil {
		return 0
	}
	return int(r.choice[row])
}

// forgetTails drops what was worked out from the rates so far.
func (r *rows) forgetTails() {
	r.scratches = sync.Pool{New: func() any { return new(scratch) }}
	for _, l := range r.laws {
		l.forget()
	}
}

// advance prepares the settling of rows to the latest step.
func (r *rows) advance() {
	r.rates.grow(r.steps(), r.solver.learnRate)
	for _, l := range r.laws {
		l.advance(r.steps())
	}
}

// Settle brings distinct rows to the solver's latest step.
func (r *rows) Settle(list []int32) {
	r.advance()
	r.list = list
	kernel.Parallel(len(list), rowsPerTile, r.settleTile)
	r.list = nil
}

func (r *rows) settleList(from, to int) {
	x := r.scratches.Get().(*scratch)
	for _, row := range r.list[from:to] {
		r.settle(int(row), r.steps(), x)
	}
	r.scratches.Put(x)
}

// SettleAll brings every row to the solver's latest step. Under OnTouch none is behind.
func (r *rows) SettleAll() {
	if r.solver.onTouch {
		return
	}
	r.advance()
	kernel.Parallel(r.table.Rows(), rowsPerTile, r.settleAllTile)
}

func (r *rows) settleRange(from, to int) {
	x := r.scratches.Get().(*scratch)
	for row := from; row < to; row++ {
		r.settle(row, r.steps(), x)
	}
	r.scratches.Put(x)
}

func (r *rows) settle(row, k int, x *scratch) {
	stamps := r.stamps.Data()[2*row : 2*row+2]
	s, u := int(stamps[0]), int(stamps[1])
	if u >= k {
		return
	}
	m, v := r.moments(row)
	r.laws[r.chosen(row)].settle(r.weights(row), m, v, u, s, k, r.frequencyRate(row), x)
	stamps[1] = uint32(k)
}

// settledRow is settle on a copy of the row, in w.
func (r *rows) settledRow(w []float32, row, k int, x *scratch) {
	copy(w, r.weights(row))
	stamps := r.stamps.Data()[2*row : 2*row+2]
	s, u := int(stamps[0]), int(stamps[1])
	if u >= k {
		return
	}
	m, v := r.moments(row)
	x.m, x.v = append(x.m[:0], m...), append(x.v[:0], v...)
	r.laws[r.chosen(row)].settle(w, x.m, x.v, u, s, k, r.frequencyRate(row), x)
}

// step is one step with a gradient. Its rows were settled when Lookup read them, unless the
// gradient comes from elsewhere.
func (r *rows) step(g *graph.RowGrad) {
	if !r.solver.onTouch {
		r.Settle(g.Rows)
	}
	r.clock[0]++
	rate := r.solver.learnRate
	if r.counts != nil {
		rate /= r.count(g)
	}
	r.rates.grow(r.steps(), rate)
	r.solver.base.begin(r.steps(), rate)
	r.grad = g
	kernel.Parallel(len(g.Rows), rowsPerTile, r.update)
	r.grad = nil
}

func (r *rows) updateRange(from, to int) {
	for i := from; i < to; i++ {
		r.updateRow(i)
	}
}

// updateRow is the step of row i of the gradient.
func (r *rows) updateRow(i int) {
	row, k := int(r.grad.Rows[i]), r.steps()
	g := r.grad.Values[i*r.dim : (i+1)*r.dim]
	stamps := r.stamps.Data()[2*row : 2*row+2]
	lambda := r.lambda(row, k)
	if r.solver.everyTouch || !isZero(g) {
		stamps[0] = uint32(k)
	}
	stamps[1] = uint32(k)
	w := r.weights(row)
	m, v := r.moments(row)
	if g = r.solver.clipped(g); r.solver.transform != nil {
		r.solver.transform(w, g, occurrences(r.grad, i))
	}
	r.solver.base.update(w, g, m, v, float32(1-lambda), float32(r.frequencyRate(row)))
}

// lambda is what a row loses by its decay at step k.
func (r *rows) lambda(row, k int) float64 {
	s := int(r.stamps.Data()[2*row])
	d := r.solver.decays[r.chosen(row)]
	if s == 0 && r.solver.everyTouch { // its clock starts at its first touch
		return d(0)
	}
	return d(k - s - 1)
}

// Lambda implements Solver.
func (s *solver) Lambda(table *graph.Table, row int) float64 {
	if r := s.tables[table]; r != nil {
		return r.lambda(row, r.steps()+1)
	}
	return 0
}
