package solvers

import (
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
)

// scratch is the memory of one worker.
type scratch struct {
	table *kernel.Table    // whose rows the worker settles and steps
	rows  []int32          // rows that wait to be settled together
	gaps  []kernel.AdamGap // and, for each, over what
	adam  *adamBase        // of the laws that put them off

	keeps, rates []float32    // of the rows of a step
	grad         []float32    // of a row
	copied       kernel.Table // of rows that are moved elsewhere than in their table
	places       []int32      // theirs there
	list, behind []int32      // rows, and those of them that are not settled
	random       rand.PCG     // for rounding
	// tails of rows with u != s. After an evaluation all rows have the same u, and the tails that
	// matter belong to as few values of s as a tail has steps.
	tails [256]struct {
		law       *adamLaw
		u, s, end int
		tailSum
	}
}

// row returns the weights and moments of a row; m is nil for a base without momentum.
func (x *scratch) row(row int) (w, m, v []float32) {
	from, to := row*x.table.Dim, (row+1)*x.table.Dim
	if x.table.M != nil {
		m = x.table.M[from:to]
	}
	if len(x.table.V) == len(x.table.W) {
		v = x.table.V[from:to]
	}
	return x.table.W[from:to], m, v
}

// putOff keeps a row until flush, which settles many rows together.
func (x *scratch) putOff(adam *adamBase, row int, gap kernel.AdamGap) {
	x.adam, x.rows, x.gaps = adam, append(x.rows, int32(row)), append(x.gaps, gap)
}

// flush settles the rows that were put off, by whatever law.
func (x *scratch) flush() {
	if len(x.rows) == 0 {
		return
	}
	x.table.AdamSettle(x.rows, x.gaps, x.adam.step.Eps, x.adam.step.EpsOutside)
	x.rows, x.gaps = x.rows[:0], x.gaps[:0]
}

// tail returns the tail over steps u+1 to end.
func (x *scratch) tail(l *adamLaw, u, s, end int) tail {
	t := &x.tails[(31*u+s)%len(x.tails)]
	if t.law != l || t.u != u || t.s != s || t.end != end {
		x.flush() // rows that were put off may use what was here
		t.law, t.u, t.s, t.end = l, u, s, end
		t.reset()
		for i := u + 1; i <= end; i++ {
			l.add(&t.tailSum, u, s, i)
		}
		t.finish()
	}
	return t.tail
}
