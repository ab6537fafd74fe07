package kernel

import "unsafe"

// Table is the rows of a table and of its moments, each of Dim values: row r begins at r*Dim. One call moves
// many rows, which for a Dim of whole vectors costs much less than a call for each.
type Table struct {
	Dim     int
	W, M, V []float32 // M may be nil for a solver that has none
}

// isWhole reports whether rows consist of whole vectors.
func isWhole(dim int) bool { return active.whole(dim) == dim }

// at returns row r of a part of the table.
func (t *Table) at(part []float32, r int32) []float32 {
	return part[int(r)*t.Dim : (int(r)+1)*t.Dim]
}

// check panics if a row is outside the table or its moments, because the assembly does not look.
func (t *Table) check(rows []int32, moments ...[]float32) {
	n := len(t.W)
	for _, m := range moments {
		n = min(n, len(m))
	}
	checkRows(rows, 0, n/t.Dim)
}

func checkRows(rows []int32, least, n int) {
	for _, r := range rows {
		if int(r) < least || int(r) >= n {
			panic("kernel: a row outside the table")
		}
	}
}

// Adam takes one step on rows, row i with gradient grads[i*Dim:(i+1)*Dim]. Every row has a keep and a rate in
// place of the step's.
func (t *Table) Adam(rows []int32, grads, keeps, rates []float32, p *AdamStep) {
	if len(rows) == 0 {
		return
	}
	if !isWhole(t.Dim) {
		step := *p
		for i, r := range rows {
			step.Keep, step.Rate = keeps[i], rates[i]
			Adam(t.at(t.W, r), grads[i*t.Dim:(i+1)*t.Dim], t.at(t.M, r), t.at(t.V, r), &step)
		}
		return
	}
	t.check(rows, t.M, t.V)
	_, _, _ = grads[len(rows)*t.Dim-1], keeps[len(rows)-1], rates[len(rows)-1]
	inside, outside := places(p.Eps, p.EpsOutside)
	active.adamRows(&t.W[0], &grads[0], &t.M[0], &t.V[0], &rows[0], len(rows), t.Dim, &keeps[0], &rates[0],
		&[7]float32{p.Beta1, 1 - p.Beta1, p.Beta2, 1 - p.Beta2, p.VarianceScale, inside, outside})
}

// Adagrad takes one step on rows, row i with gradient grads[i*Dim:(i+1)*Dim]. Every row has a keep and a rate
// in place of the step's.
func (t *Table) Adagrad(rows []int32, grads, keeps, rates []float32, p *AdagradStep) {
	if len(rows) == 0 {
		return
	}
	if !isWhole(t.Dim) {
		step := *p
		for i, r := range rows {
			step.Keep, step.Rate = keeps[i], rates[i]
			Adagrad(t.at(t.W, r), grads[i*t.Dim:(i+1)*t.Dim], t.at(t.V, r), &step)
		}
		return
	}
	t.check(rows, t.V)
	_, _, _ = grads[len(rows)*t.Dim-1], keeps[len(rows)-1], rates[len(rows)-1]
	inside, outside := places(p.Eps, p.EpsOutside)
	active.adagradRows(&t.W[0], &grads[0], &t.V[0], &rows[0], len(rows), t.Dim, &keeps[0], &rates[0], &[2]float32{inside, outside})
}

// AdamSettle advances rows over steps that did not touch them, each over its own gap.
func (t *Table) AdamSettle(rows []int32, gaps []AdamGap, eps float32, epsOutside bool) {
	if len(rows) == 0 {
		return
	}
	gaps = gaps[:len(rows)]
	if !isWhole(t.Dim) {
		for i, r := range rows {
			gaps[i].settle(t.at(t.W, r), t.at(t.M, r), t.at(t.V, r), eps, epsOutside)
		}
		return
	}
	t.check(rows, t.M, t.V)
	for i := range gaps {
		_ = gaps[i].Scales[:len(gaps[i].Weights)]
	}
	inside, outside := places(eps, epsOutside)
	active.settleRows(&t.W[0], &t.M[0], &t.V[0], &rows[0], len(rows), t.Dim, &gaps[0], &[2]float32{inside, outside})
}

// Prefetch asks for the memory of rows of a table, each of width elements, so that it arrives while a core
// works on others. So a core reads a table that is larger than the caches several times as fast.
func Prefetch[T any](table []T, width int, rows []int32) {
	if len(table) == 0 || len(rows) == 0 || active.lanes > 16 {
		return
	}
	size := int(unsafe.Sizeof(table[0]))
	active.prefetch((*byte)(unsafe.Pointer(&table[0])), width*size, &rows[0], len(rows))
}
