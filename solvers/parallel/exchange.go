package parallel

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
)

// rowExchange sums the row gradients of one table over all ranks.
type rowExchange struct {
	ranks *ranks.Group
	total *graph.RowSum
	own   rowParcel
	in    []rowParcel // from each rank
	sizes []uint32    // of them, in rows
	size  []uint32    // of own: a slice, since its bytes are sent
	count bool        // the solver needs to know how often rows occurred

	receive [][]byte // where the bytes of each rank go
}

// rowParcel is rows with their values, to or from a rank.
type rowParcel struct {
	rows   []int32
	counts []int32 // nil if the solver does not need them
	values []float32
}

func newRowExchange(group *ranks.Group, dim int, count bool) *rowExchange {
	return &rowExchange{
		ranks: group, total: graph.NewRowSum(dim), count: count, size: make([]uint32, 1),
		in: make([]rowParcel, group.Size()), sizes: make([]uint32, group.Size()), receive: make([][]byte, group.Size()),
	}
}

// sum returns the weighted sum of the gradients of all ranks, valid until the next. Ranks send each other
// all their rows.
func (x *rowExchange) sum(g *graph.RowGrad, weight float32) (*graph.RowGrad, error) {
	x.own.rows = append(x.own.rows[:0], g.Rows...)
	x.own.values = append(x.own.values[:0], g.Values...)
	x.own.counts = x.own.counts[:0]
	for i := 0; x.count && i < len(g.Rows); i++ {
		x.own.counts = append(x.own.counts, int32(g.Count(i)))
	}
	kernel.Scale(x.own.values, weight)
	if err := x.exchange(g.Dim); err != nil {
		return nil, err
	}
	rows := 0
	for _, n := range x.sizes {
		rows += int(n)
	}
	x.total.Reset(rows)
	for _, p := range x.in {
		x.total.Add(p.rows, p.counts, p.values)
	}
	return x.total.Grad(), nil
}

// exchange fills in with the rows of every rank, this one too.
func (x *rowExchange) exchange(dim int) error {
	r := x.ranks
	x.size[0] = uint32(len(x.own.rows))
	for i := range x.in {
		x.receive[i] = offheap.Bytes(x.sizes[i : i+1])
	}
	if err := r.Share(offheap.Bytes(x.size), x.receive); err != nil {
		return err
	}
	x.in[r.Rank()] = x.own
	if err := x.share(x.own.rows, func(p *rowParcel) *[]int32 { return &p.rows }); err != nil {
		return err
	}
	if x.count {
		if err := x.share(x.own.counts, func(p *rowParcel) *[]int32 { return &p.counts }); err != nil {
			return err
		}
	}
	for i, n := range x.sizes {
		if i != r.Rank() {
			x.in[i].values = resized(x.in[i].values, int(n)*dim)
			x.receive[i] = offheap.Bytes(x.in[i].values)
		}
	}
	return r.Share(offheap.Bytes(x.own.values), x.receive)
}

// share sends the others a number for each row, and fills a part of every parcel with theirs.
func (x *rowExchange) share(own []int32, part func(*rowParcel) *[]int32) error {
	r := x.ranks
	for i, n := range x.sizes {
		if x.receive[i] = nil; i != r.Rank() {
			of := part(&x.in[i])
			*of = resized(*of, int(n))
			x.receive[i] = offheap.Bytes(*of)
		}
	}
	return r.Share(offheap.Bytes(own), x.receive)
}

// resized returns a slice of n elements, in the memory of x if that is large enough.
func resized[T any](x []T, n int) []T { return slices.Grow(x[:0], n)[:n] }
