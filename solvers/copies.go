package solvers

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// Rows that are kept in bfloat16 move in float32 copies, from which they are rounded at a gradient.

// halfWeights reports whether the rows themselves are in bfloat16, see WithRowWeights. They stay as they were at their latest
// gradients, with their moments: nothing settles them.
func (r *rows) halfWeights() bool { return r.solver.rowWeights == graph.BFloat16 }

// inPlace reports whether rows move where they are kept.
func (r *rows) inPlace() bool { return r.halves == nil && !r.halfWeights() }

// open returns the places of rows in the scratch's table: the rows' own, or those of copies.
func (r *rows) open(list []int32, x *scratch) []int32 {
	if r.inPlace() {
		x.table = &r.memory
		return list
	}
	r.copyRows(list, x)
	return x.places
}

// openSettled is open for rows that are settled to step k first, unless rows move on touch only.
func (r *rows) openSettled(list []int32, k int, x *scratch) []int32 {
	if r.solver.onTouch {
		return r.open(list, x)
	}
	if !r.halfWeights() {
		r.settleTo(list, k, x)
		return r.open(list, x)
	}
	places := r.open(list, x)
	r.settleCopies(list, k, x)
	return places
}

// settleCopies settles the copies of rows to step k.
func (r *rows) settleCopies(list []int32, k int, x *scratch) {
	for i, row := range list {
		if s, u := r.times(int(row)); u < k {
			r.laws[r.chosen(int(row))].settle(i, u, s, k, r.frequencyRate(int(row)), x)
		}
	}
	x.flush()
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
		r.weights(to.W[at:at+r.dim], int(row))
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

// weights writes those of a row as they are kept to w.
func (r *rows) weights(w []float32, row int) {
	from, to := row*r.dim, (row+1)*r.dim
	if r.halfWeights() {
		kernel.Widen(w, r.table.Halves()[from:to], 1)
		return
	}
	copy(w, r.memory.W[from:to])
}

// sinceMoments returns by how many steps the moments of a row in bfloat16 are behind those to which it is settled.
func (r *rows) sinceMoments(row int) int {
	if r.solver.onTouch {
		return 0
	}
	s, u := r.times(row)
	return u - s
}

// close writes back what open has copied: of rows that had a gradient at the latest step all that was copied, of others weights
// in float32, which are settled.
func (r *rows) close(list []int32, x *scratch, stepped bool) {
	if r.inPlace() {
		return
	}
	for i, row := range list {
		s, _ := r.times(int(row))
		if stepped && (s == r.steps() || r.solver.onTouch) {
			r.store(int(row), i, x)
			continue
		}
		w := x.copied.W[i*r.dim : (i+1)*r.dim]
		// A row that stayed as it was may have no memory yet.
		if kept := r.memory.W; kept != nil && !slices.Equal(kept[int(row)*r.dim:][:r.dim], w) {
			copy(kept[int(row)*r.dim:], w)
		}
	}
}

// store writes back the copy of a row after its gradient.
func (r *rows) store(row, place int, x *scratch) {
	from, to := place*r.dim, (place+1)*r.dim
	w, m, v := x.copied.W[from:to], x.copied.M[from:to], x.copied.V[from:to]
	seedM, seedV, seedW := r.rounding.seeds(row, r.clock[0], &x.random)
	if r.halfWeights() {
		kernel.RoundAtRandom(r.table.Halves()[row*r.dim:(row+1)*r.dim], w, seedW)
	} else {
		copy(r.memory.W[row*r.dim:], w)
	}
	if r.halves != nil {
		r.halves.store(m, v, row, seedM, seedV)
		return
	}
	copy(r.memory.M[row*r.dim:], m)
	copy(r.memory.V[row*r.dim:], v)
}

// ReadRows implements graph.RowReader.
func (r *rows) ReadRows(dst []float32, list []int32) {
	r.advance()
	r.list, r.read = list, dst
	kernel.Parallel(len(list), rowsPerTile, r.readTile)
	r.list, r.read = nil, nil
}

func (r *rows) readList(from, to int) {
	x, list, dst := r.begin(), r.list[from:to], r.read[from*r.dim:to*r.dim]
	r.prefetch(list)
	r.openSettled(list, r.steps(), x)
	copy(dst, x.copied.W)
	r.end(x)
}

// resized returns a slice of n values, the same memory if it suffices.
func resized(x []float32, n int) []float32 { return slices.Grow(x[:0], n)[:n] }
