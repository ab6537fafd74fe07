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

// ablation is a table of whole data, and the tables of the same grid that leave something out of it.
type ablation struct {
	whole *Table
	parts []*Table
}

// ablations finds those of which every table has the same models and methods.
func ablations(tables []*Table) (list []*ablation) {
	for _, t := range tables {
		if !t.isWhole() {
			continue
		}
		a := &ablation{whole: t}
		for _, o := range tables {
			if o.Grid == t.Grid && o.data() == t.data() && !o.isWhole() {
				a.parts = append(a.parts, o)
			}
		}
		if len(a.parts) > 0 {
			list = append(list, a)
		}
	}
	return list
}

// isWhole reports whether nothing is left out of the data.
func (t *Table) isWhole() bool { return t.cells()[0].Runs[0].Ablation.IsZero() }

// data names the data set, whatever is left out of it.
func (t *Table) data() string { return t.cells()[0].Runs[0].Data }

// withoutOne returns the only field that is left out; "" if there is another number of them.
func (t *Table) withoutOne() string {
	a := t.cells()[0].Runs[0].Ablation
	if len(a.Without) != 1 || len(a.Keep) > 0 {
		return ""
	}
	return a.Without[0]
}

// kept returns the only field of which a share of the values keeps a row, and the share.
func (t *Table) kept() (field string, share float64) {
	a := t.cells()[0].Runs[0].Ablation
	if len(a.Keep) != 1 || len(a.Without) > 0 {
		return "", 1
	}
	for field, share = range a.Keep {
	}
	return field, share
}
