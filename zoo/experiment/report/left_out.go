package report

import (
	"fmt"
	"slices"
	"strings"
)

// sections lists the tables that a report shows one by one: all but those that leave something out of the data of another one,
// which shows them; see Table.LeftOut.
func sections(tables []*Table) []*Table {
	shown := slices.Clone(tables)
	for _, a := range ablations(tables) {
		shown = slices.DeleteFunc(shown, func(t *Table) bool { return slices.Contains(a.parts, t) })
	}
	return shown
}

// LeftOut returns, of the tables of the same grid that leave something out of this one's data, the AUC after each epoch, the
// means over the seeds, and its fall. It is nil if there are none.
func (t *Table) LeftOut(tables []*Table) *ModelTable {
	all := ablations(tables)
	at := slices.IndexFunc(all, func(a *ablation) bool { return a.whole == t })
	if at < 0 {
		return nil
	}
	m := &ModelTable{Columns: []string{"data"}}
	for e := range t.Epochs {
		m.Columns = append(m.Columns, fmt.Sprintf("E%d", e+1))
	}
	m.Columns = append(m.Columns, "fall")
	for _, part := range append([]*Table{t}, all[at].parts...) {
		for _, c := range part.cells() {
			cells := []string{"all"}
			if part != t {
				cells[0] = strings.TrimPrefix(part.Data, t.Data+" ")
			}
			for e := range t.Epochs {
				cells = append(cells, part.auc(c, e, "%.4f"))
			}
			m.Rows = append(m.Rows, ModelRow{c.Method, c.Model, append(cells, fmt.Sprintf("%.4f", c.fall()))})
		}
	}
	return m
}
