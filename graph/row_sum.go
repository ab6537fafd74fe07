package graph

// RowSum adds up gradients of one table. The sums are taken in the order in which the gradients are
// given, so that they are the same to the bit wherever they are given in that order. Its memory is
// kept from sum to sum.
type RowSum struct {
	grad   *RowGrad
	places *hashTable
}

// NewRowSum makes a sum for rows of dim values.
func NewRowSum(dim int) *RowSum { return &RowSum{grad: newRowGrad(1, dim), places: newHashTable(1)} }

// Reset begins a new sum, of gradients of at most so many rows together. The gradient of the sum before
// is no longer valid.
func (s *RowSum) Reset(rows int) {
	if dim := s.grad.Dim; rows*dim > len(s.grad.buffer) {
		rows += rows / 4 // batches differ: the next one may have some more
		s.grad = newRowGrad(rows, dim)
		s.grad.Rows = make([]int32, 0, rows)
	}
	s.places.reset(max(1, rows))
	s.grad.Rows, s.grad.Values = s.grad.Rows[:0], s.grad.buffer[:0]
}

// Add adds a gradient: distinct rows and their values, len(rows) x dim.
func (s *RowSum) Add(rows []int32, values []float32) {
	g := s.grad
	for i, row := range rows {
		value := values[i*g.Dim : (i+1)*g.Dim]
		place, isNew := s.places.place(row, int32(len(g.Rows)))
		if isNew {
			g.Rows = append(g.Rows, row)
			g.Values = append(g.Values, value...)
			continue
		}
		sum := g.Values[int(place)*g.Dim:][:g.Dim]
		for j, v := range value {
			sum[j] += v
		}
	}
}

// Grad is the sum, its rows in the order of their first occurrence. It is valid until Reset.
func (s *RowSum) Grad() *RowGrad { return s.grad }
