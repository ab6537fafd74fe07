package solvers

import (
	"fmt"
	"sync"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// rowsPerTile is how many rows a core takes at a time.
const rowsPerTile = 128

// rows is the state of one table. It is the table's Settler, or its RowReader if the table is in bfloat16.
type rows struct {
	solver *solver
	table  *graph.Table
	dim    int
	m, v   *offheap.Array[float32] // m is nil for a base without momentum; both are nil if there are halves
	halves *halves                 // in place of m and v; nil: they are float32
	memory kernel.Table            // of table, m and v, where they are float32
	stamps *offheap.Array[uint32]  // for each row: step of its latest gradient, step to which it is settled
	counts *offheap.Array[uint32]  // occurrences of each row, for FAL; else nil
	clock  [2]uint32               // steps so far, and the largest of counts
	rates  stepRates
	laws   []law   // one for each decay
	choice []uint8 // the decay of each row; nil means the first for all

	rounding rounding // to bfloat16

	list                                        []int32        // the rows to settle or to read
	read                                        []float32      // what is read of them
	grad                                        *graph.RowGrad // of this step
	settleTile, settleAllTile, readTile, update func(from, to int)
	scratches                                   sync.Pool
}

func newRows(s *solver, t *graph.Table) (*rows, error) {
	if t.Precision() != s.rowWeights {
		return nil, fmt.Errorf("%w: its rows are in %v, those of %v in %v", ErrWeight, t.Precision(), s, s.rowWeights)
	}
	r := &rows{solver: s, table: t, dim: t.Dim(), rounding: newRounding(t, s.seed)}
	r.settleTile, r.settleAllTile, r.readTile, r.update = r.settleList, r.settleRange, r.readList, r.updateRange
	r.forgetTails()
	if err := r.allocate(); err != nil {
		r.free()
		return nil, err
	}
	r.memory = kernel.Table{Dim: r.dim, W: t.Floats()}
	if r.v != nil {
		r.memory.V = r.v.Data()
	}
	if r.m != nil {
		r.memory.M = r.m.Data()
	}
	for _, d := range s.decays {
		r.laws = append(r.laws, s.base.newLaw(d, &r.rates))
	}
	switch {
	case r.halfWeights():
		t.SetReader(r)
	case !s.onTouch:
		t.SetSettler(r)
	}
	return r, nil
}

func (r *rows) allocate() (err error) {
	n := r.table.Rows()
	if err := r.allocateMoments(n); err != nil {
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

func (r *rows) allocateMoments(n int) (err error) {
	b := r.solver.base
	if adam, is := b.(*adamBase); is && r.solver.rowState == graph.BFloat16 {
		r.halves, err = newHalves(adam, n*r.dim)
		return err
	}
	if b.usesMomentum() {
		if r.m, err = offheap.New[float32](n * r.dim); err != nil {
			return err
		}
	}
	r.v, err = offheap.New[float32](n * b.width(r.dim))
	return err
}

// momentum reports whether rows have two moments.
func (r *rows) momentum() bool { return r.m != nil || r.halves != nil }

func (r *rows) free() {
	r.m.Free()
	r.v.Free()
	r.halves.free()
	r.stamps.Free()
	r.counts.Free()
	r.table.SetSettler(nil)
	r.table.SetReader(nil)
}

func (r *rows) steps() int { return int(r.clock[0]) }

// prefetch asks for the memory of rows that are about to move.
func (r *rows) prefetch(list []int32) {
	kernel.Prefetch(r.stamps.Data(), 2, list)
	kernel.Prefetch(r.memory.W, r.dim, list)
	kernel.Prefetch(r.table.Halves(), r.dim, list)
	kernel.Prefetch(r.memory.M, r.dim, list)
	kernel.Prefetch(r.memory.V, r.solver.base.width(r.dim), list)
	if r.halves != nil {
		r.halves.prefetch(r.dim, list)
	}
}

// chosen returns the number of the decay of a row.
func (r *rows) chosen(row int) int {
	if r.choice == nil {
		return 0
	}
	return int(r.choice[row])
}

// forgetTails drops what the laws have computed from the rates so far.
func (r *rows) forgetTails() {
	r.scratches = sync.Pool{New: func() any { return new(scratch) }}
	for _, l := range r.laws {
		l.forget()
	}
}

// advance prepares the settling of rows to the latest step.
func (r *rows) advance() {
	r.rates.grow(r.steps(), r.solver.rate())
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
	x := r.begin()
	r.prefetch(r.list[from:to])
	r.settleTo(r.list[from:to], r.steps(), x)
	r.end(x)
}

// settleTo brings rows to step k.
func (r *rows) settleTo(list []int32, k int, x *scratch) {
	x.behind = x.behind[:0]
	for _, row := range list {
		if _, u := r.times(int(row)); u < k {
			x.behind = append(x.behind, row)
		}
	}
	if len(x.behind) == 0 {
		return
	}
	places := r.open(x.behind, x)
	for i, row := range x.behind {
		r.settle(int(row), int(places[i]), k, x)
	}
	x.flush()
	r.close(x.behind, x, false)
}

// settle brings a row, which has a place in the scratch's table, to step k, or has the scratch do so when it is flushed.
func (r *rows) settle(row, place, k int, x *scratch) {
	s, u := r.times(row)
	r.laws[r.chosen(row)].settle(place, u, s, k, r.frequencyRate(row), x)
	r.stamps.Data()[2*row+1] = uint32(k)
}

// begin takes a scratch for rows of the table; end gives it back.
func (r *rows) begin() *scratch { return r.scratches.Get().(*scratch) }

func (r *rows) end(x *scratch) { r.scratches.Put(x) }

// SettleAll brings every row to the solver's latest step. Under OnTouch none is behind, and in bfloat16 rows are settled when they are
// read.
func (r *rows) SettleAll() {
	if r.solver.onTouch || r.halfWeights() {
		return
	}
	r.advance()
	kernel.Parallel(r.table.Rows(), rowsPerTile, r.settleAllTile)
}

func (r *rows) settleRange(from, to int) {
	x := r.begin()
	x.list = x.list[:0]
	for row := from; row < to; row++ {
		x.list = append(x.list, int32(row))
	}
	r.settleTo(x.list, r.steps(), x)
	r.end(x)
}

// times returns the step of a row's latest gradient and the step to which the row is settled.
func (r *rows) times(row int) (s, u int) {
	stamps := r.stamps.Data()[2*row : 2*row+2]
	return int(stamps[0]), int(stamps[1])
}

// settledRow writes to w what settle would make of the row, and leaves the row as it is.
func (r *rows) settledRow(w []float32, row int, x *scratch) {
	if _, u := r.times(row); u >= r.steps() {
		copy(w, r.memory.W[row*r.dim:])
		return
	}
	x.list = append(x.list[:0], int32(row))
	r.copyRows(x.list, x)
	r.settleCopies(x.list, r.steps(), x)
	copy(w, x.copied.W)
}

// step takes one step with a gradient. Lookup has settled its rows when it read them, unless the gradient
// comes from elsewhere, such as another process: then step settles them first.
func (r *rows) step(g *graph.RowGrad) {
	switch {
	case r.solver.onTouch:
	case r.counts != nil:
		r.Settle(g.Rows) // before their counts change
	default:
		r.advance() // update settles them, since it has them in its caches anyway
	}
	r.clock[0]++
	rate := r.solver.rate()
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
	list, g := r.grad.Rows[from:to], r.grad.Values[from*r.dim:to*r.dim]
	r.prefetch(list)
	x := r.begin()
	places := r.openSettled(list, r.steps()-1, x)
	x.keeps, x.rates = x.keeps[:0], x.rates[:0]
	for i := range list {
		r.prepare(from+i, int(places[i]), x)
	}
	r.solver.base.updateRows(x.table, places, g, x.keeps, x.rates)
	r.close(list, x, true)
	r.end(x)
}

// prepare appends what row i of the gradient keeps and at what rate it moves, and sets the row's clock.
func (r *rows) prepare(i, place int, x *scratch) {
	row := int(r.grad.Rows[i])
	g := r.grad.Values[i*r.dim : (i+1)*r.dim]
	x.keeps = append(x.keeps, float32(1-r.lambda(row, r.steps())))
	x.rates = append(x.rates, float32(r.frequencyRate(row)))
	stamps := r.stamps.Data()[2*row : 2*row+2]
	hasGradient := r.solver.everyTouch || !isZero(g)
	if hasGradient {
		stamps[0] = r.clock[0]
	}
	if hasGradient || !r.halfWeights() { // a row in bfloat16 without a gradient stays as it was
		stamps[1] = r.clock[0]
	}
	if g = r.solver.clipped(g); r.solver.transform != nil {
		r.solver.transform(x.table.W[place*r.dim:(place+1)*r.dim], g, r.grad.Count(i))
	}
}

// lambda returns the share of itself that a row loses by its decay at step k.
func (r *rows) lambda(row, k int) float64 {
	s := int(r.stamps.Data()[2*row])
	d := r.solver.decays[r.chosen(row)]
	if s == 0 && r.solver.everyTouch { // its clock starts at its first touch
		return d(0)
	}
	return d(k - s - 1)
}

// Lambda implements Decaying.
func (s *solver) Lambda(table *graph.Table, row int) float64 {
	if r := s.tables[table]; r != nil {
		return r.lambda(row, r.steps()+1)
	}
	return 0
}
