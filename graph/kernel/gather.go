package kernel

// rowsAhead is for how many rows Gather asks while it copies as many.
const rowsAhead = 64

// Gather copies rows of a table, of dim values each, to dst, one after another. It writes zeros for a row
// below zero.
func Gather(dst, table []float32, dim int, rows []int32) {
	if len(rows) == 0 {
		return
	}
	if isWhole(dim) {
		checkRows(rows, -1, len(table)/dim)
		_ = dst[len(rows)*dim-1]
		Prefetch(table, dim, rows[:min(len(rows), rowsAhead)])
		for from := 0; from < len(rows); from += rowsAhead {
			to := min(len(rows), from+rowsAhead)
			Prefetch(table, dim, rows[to:min(len(rows), to+rowsAhead)])
			active.gather(&dst[from*dim], &table[0], &rows[from], to-from, dim)
		}
		return
	}
	for i, r := range rows {
		part := dst[i*dim : (i+1)*dim]
		if r < 0 {
			clear(part)
			continue
		}
		copy(part, table[int(r)*dim:])
	}
}

// SumRows sets row i of dst, of dim values, to the sum of the rows order[starts[i]:starts[i+1]] of src, in
// that order, for every start but the last. Each sum has at least one row.
func SumRows(dst, src []float32, dim int, starts, order []int32) {
	n := len(starts) - 1
	if n < 1 {
		return
	}
	used := order[starts[0]:starts[n]]
	if isWhole(dim) {
		checkRows(used, 0, len(src)/dim)
		_ = dst[n*dim-1]
		active.sumRows(&dst[0], &src[0], &starts[0], &order[0], n, dim)
		return
	}
	for i := range n {
		part := dst[i*dim : (i+1)*dim]
		for j, r := range order[starts[i]:starts[i+1]] {
			if j == 0 {
				copy(part, src[int(r)*dim:])
				continue
			}
			Add(part, src[int(r)*dim:][:dim])
		}
	}
}
