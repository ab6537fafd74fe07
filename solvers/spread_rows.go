package solvers

import (
	"errors"
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// Spread makes ready a table of which every rank holds a shard: lookups fetch its rows from the ranks that
// hold them, and so are collective from now on. Time spent on it counts as Exchanged. It is an error, which
// wraps ErrSpread, if the solver cannot step such tables.
func (p *Parallel) Spread(t *graph.Table) error {
	if reason := needsWholeTables(p.Solver); reason != "" {
		return fmt.Errorf("%w by %v: %s", ErrSpread, p.Solver, reason)
	}
	if t.Shard().IsWhole() && p.ranks.Size() == 1 {
		return nil
	}
	if s := t.Shard(); s.Rank != p.ranks.Rank() || s.Size != p.ranks.Size() {
		return fmt.Errorf("%w: table %q holds the rows of rank %d of %d on rank %d of %d", ErrSpread, t.Name(), s.Rank, s.Size, p.ranks.Rank(), p.ranks.Size())
	}
	x := newSpreadRows(p.ranks, t, &p.spent, countsRows(p.Solver))
	p.tables[t] = x
	t.SetFetcher(x)
	return nil
}

// SpreadAll makes all tables of a model ready, see Spread.
func (p *Parallel) SpreadAll(w *graph.Weights) error {
	for weight := range w.All() {
		if weight.Table == nil {
			continue
		}
		if err := p.Spread(weight.Table); err != nil {
			return err
		}
	}
	return nil
}

// ErrSpread is wrapped by the error of a solver or a table that cannot be spread over the ranks.
var ErrSpread = errors.New("solvers: tables cannot be spread over the ranks")

// needsWholeTables says why a solver cannot step a table of which no rank has all rows; "" if it can.
func needsWholeTables(s Solver) string {
	switch s := s.(type) {
	case *SAM:
		return "SAM needs the norm of the gradients of all rows"
	case *FAL:
		return "FAL needs the largest count of all rows"
	case *MEDA:
		return needsWholeTables(s.Solver)
	}
	return ""
}

// spreadRows moves rows of one table between the ranks that hold them and those that need them: row r is row
// r/Size of the table of rank r%Size.
type spreadRows struct {
	ranks *Ranks
	table *graph.Table
	spent *time.Duration
	// out is what this rank has to do with the rows of each rank: asks for them, or has gradients of them. in
	// is the same the other way round. Rows are numbered as in the table of the rank that holds them.
	out, in         []rowParcel
	outSize, inSize []uint32
	next            []int // of out, while rows are put in order
	values          []float32
	total           *graph.RowSum
	count           bool // the solver wants to know how often rows occurred
}

func newSpreadRows(ranks *Ranks, t *graph.Table, spent *time.Duration, count bool) *spreadRows {
	n := ranks.Size()
	return &spreadRows{
		ranks: ranks, table: t, spent: spent, out: make([]rowParcel, n), in: make([]rowParcel, n),
		outSize: make([]uint32, n), inSize: make([]uint32, n), next: make([]int, n), total: graph.NewRowSum(t.Dim()), count: count,
	}
}

// Fetch implements graph.Fetcher: every rank asks for its rows and is asked for those it holds, which it settles.
func (x *spreadRows) Fetch(rows []int32) ([]float32, error) {
	start := time.Now()
	for i := range x.out {
		x.out[i].rows = x.out[i].rows[:0]
	}
	size := int32(x.ranks.Size())
	for _, row := range rows {
		p := &x.out[row%size]
		p.rows = append(p.rows, row/size)
	}
	err := x.swapRows()
	*x.spent += time.Since(start)
	if err != nil {
		return nil, err
	}
	x.answer()
	start = time.Now()
	defer func() { *x.spent += time.Since(start) }()
	if err := x.swapValues(x.in, x.out); err != nil {
		return nil, err
	}
	x.order(rows)
	return x.values, nil
}

// answer reads the rows that were asked for.
func (x *spreadRows) answer() {
	dim, table := x.table.Dim(), x.table.Floats()
	for i := range x.in {
		p := &x.in[i]
		x.table.Settle(p.rows)
		p.values = resized(p.values, len(p.rows)*dim)
		for j, row := range p.rows {
			copy(p.values[j*dim:(j+1)*dim], table[int(row)*dim:])
		}
	}
}

// order puts the values that came from each rank in the order of the rows.
func (x *spreadRows) order(rows []int32) {
	dim, size := x.table.Dim(), int32(x.ranks.Size())
	x.values = resized(x.values, len(rows)*dim)
	clear(x.next)
	for i, row := range rows {
		holder := row % size
		copy(x.values[i*dim:(i+1)*dim], x.out[holder].values[x.next[holder]:])
		x.next[holder] += dim
	}
}

// sum implements rowSummer: the gradients of the rows that this rank holds.
func (x *spreadRows) sum(g *graph.RowGrad, weight float32) (*graph.RowGrad, error) {
	for i := range x.out {
		p := &x.out[i]
		p.rows, p.counts, p.values = p.rows[:0], p.counts[:0], p.values[:0]
	}
	size := int32(x.ranks.Size())
	for i, row := range g.Rows {
		p := &x.out[row%size]
		p.rows, p.values = append(p.rows, row/size), append(p.values, g.Values[i*g.Dim:(i+1)*g.Dim]...)
		if x.count {
			p.counts = append(p.counts, int32(g.Count(i)))
		}
	}
	for i := range x.out {
		kernel.Scale(x.out[i].values, weight)
	}
	if err := x.swapRows(); err != nil {
		return nil, err
	}
	if x.count {
		if err := x.swap(func(p *rowParcel) *[]int32 { return &p.counts }); err != nil {
			return nil, err
		}
	}
	if err := x.swapValues(x.out, x.in); err != nil {
		return nil, err
	}
	rows := 0
	for _, p := range x.in {
		rows += len(p.rows)
	}
	x.total.Reset(rows)
	for _, p := range x.in {
		x.total.Add(p.rows, p.counts, p.values)
	}
	return x.total.Grad(), nil
}

// swapRows tells each rank the rows of out, and makes room in in.
func (x *spreadRows) swapRows() error {
	r := x.ranks
	for i := range x.out {
		x.outSize[i] = uint32(len(x.out[i].rows))
		r.send[i], r.receive[i] = offheap.Bytes(x.outSize[i:i+1]), offheap.Bytes(x.inSize[i:i+1])
	}
	if err := r.Exchange(r.send, r.receive); err != nil {
		return err
	}
	return x.swap(func(p *rowParcel) *[]int32 { return &p.rows })
}

// swap sends each rank a part of its parcel, which has a number for each row.
func (x *spreadRows) swap(part func(*rowParcel) *[]int32) error {
	r := x.ranks
	for i, n := range x.inSize {
		out, in := part(&x.out[i]), part(&x.in[i])
		if i == r.Rank() {
			*in = *out
			continue
		}
		*in = resized(*in, int(n))
		r.send[i], r.receive[i] = offheap.Bytes(*out), offheap.Bytes(*in)
	}
	return r.Exchange(r.send, r.receive)
}

// swapValues sends the values of one side's parcels to those of the other. What a rank has for itself is the
// same memory on both sides.
func (x *spreadRows) swapValues(from, to []rowParcel) error {
	r, dim := x.ranks, x.table.Dim()
	for i := range from {
		if i == r.Rank() {
			to[i].values = from[i].values
			continue
		}
		to[i].values = resized(to[i].values, len(to[i].rows)*dim)
		r.send[i], r.receive[i] = offheap.Bytes(from[i].values), offheap.Bytes(to[i].values)
	}
	return r.Exchange(r.send, r.receive)
}
