package graph

import "github.com/ctrzoo/ctrzoo/graph/kernel"

// RowSum adds up gradients of one table, in the order in which they are added, so that the sums are the same
// to the bit wherever that order is the same. It keeps its memory from sum to sum.
type RowSum struct {
	grad   *RowGrad
	places *hashTable
	slots  [rowsAhead]int32 // of the hash table, for the rows to come
}

// rowsAhead is for how many rows RowSum asks for the memory of their places before it needs them: there are
// more rows than the caches hold.
const rowsAhead = 64

// NewRowSum makes a sum for rows of dim values.
func NewRowSum(dim int) *RowSum { return &RowSum{grad: newRowGrad(1, dim), places: newHashTable(1)} }

// Reset begins a new sum, of gradients that have at most rows rows together. The gradient of the sum before
// is no longer valid.
func (s *RowSum) Reset(rows int) {
	if dim := s.grad.Dim; rows*dim > len(s.grad.buffer) {
		rows += rows / 4 // batches differ: the next one may have some more
		s.grad = newRowGrad(rows, dim)
		s.grad.Rows, s.grad.Counts = make([]int32, 0, rows), make([]int32, 0, rows)
	}
	s.places.reset(max(1, rows))
	s.grad.Rows, s.grad.Counts, s.grad.Values = s.grad.Rows[:0], s.grad.Counts[:0], s.grad.buffer[:0]
}

// Add adds a gradient: distinct rows, how often each occurred (nil: once) and their values, len(rows) x dim.
func (s *RowSum) Add(rows, counts []int32, values []float32) {
	g := s.grad
	for i, row := range rows {
		if i%rowsAhead == 0 {
			s.places.prefetch(rows[i:min(len(rows), i+rowsAhead)], s.slots[:])
		}
		count := int32(1)
		if counts != nil {
			count = counts[i]
		}
		value := values[i*g.Dim : (i+1)*g.Dim]
		place, isNew := s.places.place(row, int32(len(g.Rows)))
		if isNew {
			g.Rows, g.Counts = append(g.Rows, row), append(g.Counts, count)
			g.Values = append(g.Values, value...)
			continue
		}
		g.Counts[place] += count
		kernel.Add(g.Values[int(place)*g.Dim:][:g.Dim], value)
	}
}

// Grad returns the sum, with rows in the order of their first occurrence. It is valid until Reset.
func (s *RowSum) Grad() *RowGrad { return s.grad }
