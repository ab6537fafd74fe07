package solvers

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// rowExchange sums the row gradients of one table over all ranks.
type rowExchange struct {
	ranks *Ranks
	total *graph.RowSum
	own   rowParcel
	in    []rowParcel // from each rank
	sizes []uint32    // of them, in rows
	size  []uint32    // of own, as bytes that may be sent
}

// rowParcel is rows with their values, to or from a rank.
type rowParcel struct {
	rows   []int32
	values []float32
}

func newRowExchange(ranks *Ranks, dim int) *rowExchange {
	return &rowExchange{
		ranks: ranks, total: graph.NewRowSum(dim),
		size: make([]uint32, 1), in: make([]rowParcel, ranks.Size()), sizes: make([]uint32, ranks.Size()),
	}
}

// sum is the weighted sum of the gradients of all ranks, valid until the next. Ranks send each other
// all their rows.
func (x *rowExchange) sum(g *graph.RowGrad, weight float32) (*graph.RowGrad, error) {
	x.own.rows = append(x.own.rows[:0], g.Rows...)
	x.own.values = append(x.own.values[:0], g.Values...)
	kernel.Scale(x.own.values, weight)
	if err := x.receive(g.Dim); err != nil {
		return nil, err
	}
	rows := 0
	for _, n := range x.sizes {
		rows += int(n)
	}
	x.total.Reset(rows)
	for _, p := range x.in {
		x.total.Add(p.rows, p.values)
	}
	return x.total.Grad(), nil
}

// receive fills in with the rows of every rank; its own are there already.
func (x *rowExchange) receive(dim int) error {
	r := x.ranks
	x.size[0] = uint32(len(x.own.rows))
	for i := range x.in {
		r.receive[i] = offheap.Bytes(x.sizes[i : i+1])
	}
	if err := r.share(offheap.Bytes(x.size), r.receive); err != nil {
		return err
	}
	x.in[r.Rank()] = x.own
	for i, n := range x.sizes {
		if r.receive[i] = nil; i != r.Rank() {
			x.in[i].rows = resized(x.in[i].rows, int(n))
			r.receive[i] = offheap.Bytes(x.in[i].rows)
		}
	}
	if err := r.share(offheap.Bytes(x.own.rows), r.receive); err != nil {
		return err
	}
	for i, n := range x.sizes {
		if i != r.Rank() {
			x.in[i].values = resized(x.in[i].values, int(n)*dim)
			r.receive[i] = offheap.Bytes(x.in[i].values)
		}
	}
	return r.share(offheap.Bytes(x.own.values), r.receive)
}
