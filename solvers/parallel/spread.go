package parallel

import (
	"errors"
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
)

// ErrSpread is wrapped by the error of a solver or a table that cannot be spread over the ranks.
var ErrSpread = errors.New("parallel: tables cannot be spread over the ranks")

// Spread prepares a table of which every rank holds a shard: from now on lookups fetch its rows from the
// ranks that hold them, and so are collective. Exchanged includes the time that they take. It is an error,
// which wraps ErrSpread, if the solver cannot step such tables.
func (p *Solver) Spread(t *graph.Table) error {
	if err := solvers.CheckSpread(p.Solver); err != nil {
		return fmt.Errorf("%w by %v: %w", ErrSpread, p.Solver, err)
	}
	if t.Shard().IsWhole() && p.ranks.Size() == 1 {
		return nil
	}
	if s := t.Shard(); s.Rank != p.ranks.Rank() || s.Size != p.ranks.Size() {
		return fmt.Errorf("%w: table %q holds the rows of rank %d of %d on rank %d of %d", ErrSpread, t.Name(), s.Rank, s.Size, p.ranks.Rank(), p.ranks.Size())
	}
	x := newSpreadRows(p.ranks, t, &p.spent, solvers.NeedsCounts(p.Solver))
	p.tables[t] = x
	t.SetFetcher(x)
	return nil
}

// SpreadAll prepares all tables of a model, see Spread.
func (p *Solver) SpreadAll(w *graph.Weights) error {
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

// spreadRows moves rows of one table between the ranks that hold them and those that need them: row r is
// row r/Size of the table of rank r%Size.
type spreadRows struct {
	ranks *ranks.Group
	table *graph.Table
	spent *time.Duration
	// out holds the rows of each rank for which this one asks, or of which it has gradients; in holds those of
	// this rank for which each other asks, or has gradients. Rows are numbered as in the table of the rank
	// that holds them.
	out, in         []rowParcel
	outSize, inSize []uint32
	next            []int // of out, while order puts rows in order
	values          []float32
	total           *graph.RowSum
	count           bool // the solver needs to know how often rows occurred
	send, receive   [][]byte
}

func newSpreadRows(group *ranks.Group, t *graph.Table, spent *time.Duration, count bool) *spreadRows {
	n := group.Size()
	return &spreadRows{
		ranks: group, table: t, spent: spent, count: count, total: graph.NewRowSum(t.Dim()),
		out: make([]rowParcel, n), in: make([]rowParcel, n), outSize: make([]uint32, n), inSize: make([]uint32, n),
		next: make([]int, n), send: make([][]byte, n), receive: make([][]byte, n),
	}
}

// Fetch implements graph.Fetcher: every rank asks the others for the rows that it needs, and settles those
// for which they ask.
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

// answer reads the rows for which the ranks ask.
func (x *spreadRows) answer() {
	for i := range x.in {
		p := &x.in[i]
		p.values = resized(p.values, len(p.rows)*x.table.Dim())
		x.table.ReadRows(p.values, p.rows)
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

// sum implements rowSummer: it returns the gradients of the rows that this rank holds.
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

// swapRows sends each rank its rows of out, and fills those of in.
func (x *spreadRows) swapRows() error {
	r := x.ranks
	for i := range x.out {
		x.outSize[i] = uint32(len(x.out[i].rows))
		x.send[i], x.receive[i] = offheap.Bytes(x.outSize[i:i+1]), offheap.Bytes(x.inSize[i:i+1])
	}
	if err := r.Exchange(x.send, x.receive); err != nil {
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
		x.send[i], x.receive[i] = offheap.Bytes(*out), offheap.Bytes(*in)
	}
	return r.Exchange(x.send, x.receive)
}

// swapValues sends the values of one side's parcels to those of the other. The parcels that a rank has for
// itself share their memory.
func (x *spreadRows) swapValues(from, to []rowParcel) error {
	r, dim := x.ranks, x.table.Dim()
	for i := range from {
		if i == r.Rank() {
			to[i].values = from[i].values
			continue
		}
		to[i].values = resized(to[i].values, len(to[i].rows)*dim)
		x.send[i], x.receive[i] = offheap.Bytes(from[i].values), offheap.Bytes(to[i].values)
	}
	return r.Exchange(x.send, x.receive)
}
