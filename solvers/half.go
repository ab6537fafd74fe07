package solvers

import (
	"hash/fnv"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// halves are the moments of the rows of a table in bfloat16, see WithRowState. They are those of the step of a row's latest gradient,
// and settling a row leaves them as they are: whoever needs the moments of a later step multiplies by powers of beta. So they are
// rounded once for each gradient, and a run does not depend on when its rows are settled.
type halves struct {
	m, v *offheap.Array[uint16]
	adam *adamBase
	salt uint64 // of the seed and the table, for the generators of the rounding
}

func newHalves(b *adamBase, t *graph.Table, seed uint64) (*halves, error) {
	name := fnv.New64a()
	name.Write([]byte(t.Name()))
	h := &halves{adam: b, salt: seed ^ name.Sum64()}
	n := t.Rows() * t.Dim()
	var err error
	if h.m, err = offheap.New[uint16](n); err == nil {
		h.v, err = offheap.New[uint16](n)
	}
	if err != nil {
		h.free()
		return nil, err
	}
	return h, nil
}

func (h *halves) free() {
	if h != nil {
		h.m.Free()
		h.v.Free()
	}
}

func (h *halves) prefetch(dim int, list []int32) {
	kernel.Prefetch(h.m.Data(), dim, list)
	kernel.Prefetch(h.v.Data(), dim, list)
}

// load writes the moments of a row after so many steps without a gradient.
func (h *halves) load(m, v []float32, row, steps int) {
	from, to := row*len(m), (row+1)*len(m)
	kernel.Widen(m, h.m.Data()[from:to], float32(h.adam.correction1.power[steps]))
	kernel.Widen(v, h.v.Data()[from:to], float32(h.adam.correction2.power[steps]))
}

// store rounds the moments of a row after step k. What it draws depends on the seed, the table, the row of the whole table and the step.
func (h *halves) store(m, v []float32, row, wholeRow int, k uint32, x *scratch) {
	x.random.Seed(h.salt+uint64(k)<<32, uint64(wholeRow))
	seeds := x.random.Uint64()
	from, to := row*len(m), (row+1)*len(m)
	kernel.RoundAtRandom(h.m.Data()[from:to], m, uint32(seeds))
	kernel.RoundAtRandom(h.v.Data()[from:to], v, uint32(seeds>>32))
}

// open returns the places of rows in the scratch's table: the rows' own, or, if their moments are halves, those of copies.
func (r *rows) open(list []int32, x *scratch) []int32 {
	if r.halves == nil {
		x.table = &r.memory
		return list
	}
	r.copyRows(list, x)
	return x.places
}

// copyRows copies rows to places 0, 1, ... of a table of the scratch.
func (r *rows) copyRows(list []int32, x *scratch) {
	of, to, n := &r.memory, &x.copied, len(list)*r.dim
	to.Dim, to.W = r.dim, resized(to.W, n)
	if r.momentum() {
		to.M, to.V = resized(to.M, n), resized(to.V, n)
	}
	x.places = x.places[:0]
	for i, row := range list {
		from, at := int(row)*r.dim, i*r.dim
		copy(to.W[at:at+r.dim], of.W[from:])
		switch {
		case r.halves != nil:
			r.halves.load(to.M[at:at+r.dim], to.V[at:at+r.dim], int(row), r.sinceMoments(int(row)))
		case of.M != nil:
			copy(to.M[at:at+r.dim], of.M[from:])
			copy(to.V[at:at+r.dim], of.V[from:])
		}
		x.places = append(x.places, int32(i))
	}
	x.table = to
}

// sinceMoments returns by how many steps the moments of a row in bfloat16 are behind those to which it is settled.
func (r *rows) sinceMoments(row int) int {
	if r.solver.onTouch {
		return 0
	}
	s, u := r.times(row)
	return u - s
}

// close writes back what open has copied: the weights, and the moments of rows that had a gradient at the latest step. A row that was
// only settled, and stayed as it was, may have no memory yet: nothing is written to it.
func (r *rows) close(list []int32, x *scratch, stepped bool) {
	if r.halves == nil {
		return
	}
	shard := r.table.Shard()
	for i, row := range list {
		from, to := i*r.dim, (i+1)*r.dim
		if w := r.memory.W[int(row)*r.dim:][:r.dim]; stepped || !slices.Equal(w, x.copied.W[from:to]) {
			copy(w, x.copied.W[from:to])
		}
		if s, _ := r.times(int(row)); stepped && (s == r.steps() || r.solver.onTouch) {
			whole := int(row)*max(1, shard.Size) + shard.Rank
			r.halves.store(x.copied.M[from:to], x.copied.V[from:to], int(row), whole, r.clock[0], x)
		}
	}
}

// resized returns a slice of n values, the same memory if it suffices.
func resized(x []float32, n int) []float32 { return slices.Grow(x[:0], n)[:n] }
