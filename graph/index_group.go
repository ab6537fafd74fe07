package graph

// indexGroup finds the distinct rows of a group of columns: those of one field, and of the fields that
// share its rows.
type indexGroup struct {
	index   *Index
	columns []int32
	rows    []int32 // distinct, in order of first occurrence
	present int     // places that are not absent
	bad     int     // the first place whose id is not in its field; len(ids) if there is none

	firstRow, firstPlace int // where the group begins in the index's rows, and in its order
}

func newIndexGroup(x *Index, columns []int32) *indexGroup {
	n := x.batch * len(columns)
	return &indexGroup{index: x, columns: columns, rows: make([]int32, 0, n)}
}

// resolve finds the distinct rows. It counts places within the group.
func (g *indexGroup) resolve(table *hashTable) {
	x := g.index
	table.reset(cap(g.rows))
	rows, n := g.rows[:0], len(x.layout.columns)
	present := 0
	g.bad = len(x.ids)
	for sample := range x.batch {
		for _, column := range g.columns {
			c, id := &x.layout.columns[column], x.ids[sample*n+int(column)]
			place := &x.places[int(column)*x.batch+sample]
			if uint32(id) >= uint32(c.rows) {
				if id != Absent {
					g.bad = sample*n + int(column)
					return
				}
				*place = -1
				continue
			}
			row := c.offset + id
			var isNew bool
			if *place, isNew = table.place(row, int32(len(rows))); isNew {
				rows = append(rows, row)
			}
			present++
		}
	}
	g.rows, g.present = rows, present
}

// group sorts the places by row, by a counting sort, which keeps their order. It numbers rows from the first
// of the index on.
func (g *indexGroup) group() {
	x := g.index
	starts := x.starts[g.firstRow : g.firstRow+len(g.rows)]
	clear(starts)
	for _, column := range g.columns {
		for _, place := range x.placesOf(column) {
			if place >= 0 {
				starts[place]++
			}
		}
	}
	sum := int32(g.firstPlace)
	for i, count := range starts {
		starts[i] = sum
		sum += count
	}
	for sample := range x.batch {
		vectors := int32(sample * len(x.layout.slots))
		for _, column := range g.columns {
			if place := &x.places[int(column)*x.batch+sample]; *place >= 0 {
				x.order[starts[*place]] = vectors + x.layout.columns[column].slot
				starts[*place]++
				*place += int32(g.firstRow)
			}
		}
	}
	// Each start has moved to where the next begins.
	for i := len(starts) - 1; i > 0; i-- {
		starts[i] = starts[i-1]
	}
	if len(starts) > 0 {
		starts[0] = int32(g.firstPlace)
	}
}
