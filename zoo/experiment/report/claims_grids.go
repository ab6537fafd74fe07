package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// gridQuestions are the claims about the paper's ablations and about alpha.
func gridQuestions() []question {
	return []question{
		{text: "The more frequency buckets take adaptive regularization instead of constant decay, the higher the AUC after the last epoch",
			figure: "AUC by the number of adaptive buckets", votes: moreBucketsAreBetter},
		{text: "One field causes the collapse: without it at most half of the fall is left", unit: "data sets",
			figure: "the field without which the fall is smallest", votes: oneField},
		{text: "The fewer values of that field keep a row, the smaller the collapse", unit: "data sets",
			figure: "fall by the share of values", votes: fewerValues},
		{text: "Without any value of that field the AUC of epoch 1 is lower", unit: "data sets",
			figure: "change of the AUC of epoch 1", votes: fieldIsWorthSomething},
		{text: "The result depends little on alpha over a range: alphas that end within 0.005 of the best span a decade or more",
			figure: "alphas within 0.005 of the best", votes: alphaRange},
	}
}

// ofModel lists the cells of a model that a condition holds for.
func (t *Table) ofModel(model string, is func(*Cell) bool) (list []*Cell) {
	for _, c := range t.cells() {
		if c.Model == model && is(c) {
			list = append(list, c)
		}
	}
	return list
}

func moreBucketsAreBetter(tables []*Table) (votes []vote) {
	for _, t := range tables {
		for _, model := range t.Models {
			cells := t.ofModel(model, func(c *Cell) bool { return c.Runs[0].Buckets > 0 })
			if len(cells) < 3 {
				continue
			}
			slices.SortStableFunc(cells, func(a, b *Cell) int {
				return cmp.Compare(a.Runs[0].AdaptiveBuckets, b.Runs[0].AdaptiveBuckets)
			})
			v := t.vote(model, cells)
			var list []string
			for _, c := range cells {
				list = append(list, fmt.Sprintf("%.4f", c.final()))
			}
			v.text, v.value = strings.Join(list, " "), cells[len(cells)-1].final()-cells[0].final()
			if field := cells[0].Runs[0].BucketField; field != "" {
				v.where += " (" + field + ")"
			}
			v.holds = slices.IsSortedFunc(cells, func(a, b *Cell) int { return cmp.Compare(a.final(), b.final()) })
			votes = append(votes, v)
		}
	}
	return votes
}

// plainCell is the only cell of Adam or Adagrad with the first model; nil if there is none, or if they are several.
func (t *Table) plainCell() *Cell {
	cells := t.ofModel(t.Models[0], func(c *Cell) bool {
		return c.Runs[0].Solver == adamFamily.plain || c.Runs[0].Solver == adagradFamily.plain
	})
	if len(cells) != 1 {
		return nil
	}
	return cells[0]
}

// vote is that of the plain method on the whole data and on the parts that were taken.
func (a *ablation) vote(parts []*Table) vote {
	v := vote{where: a.whole.data(), tables: []*Table{a.whole}, runs: len(a.whole.plainCell().Runs)}
	for _, t := range parts {
		v.tables, v.runs = append(v.tables, t), v.runs+len(t.plainCell().Runs)
	}
	return v
}

// falling are the ablations of data on which the plain method collapses, each with the parts that a condition holds for.
func falling(tables []*Table, is func(*Table) bool) (list []*ablation) {
	for _, a := range ablations(tables) {
		a.parts = slices.DeleteFunc(a.parts, func(t *Table) bool { return t.plainCell() == nil || !is(t) })
		if plain := a.whole.plainCell(); plain != nil && plain.fall() >= collapse && len(a.parts) > 0 {
			list = append(list, a)
		}
	}
	return list
}

func oneField(tables []*Table) (votes []vote) {
	for _, a := range falling(tables, func(t *Table) bool { return t.withoutOne() != "" }) {
		least := slices.MinFunc(a.parts, func(x, y *Table) int { return cmp.Compare(x.plainCell().fall(), y.plainCell().fall()) })
		v := a.vote(a.parts)
		whole, left := a.whole.plainCell().fall(), least.plainCell().fall()
		v.holds, v.value = left <= whole/2, left/whole
		v.text = fmt.Sprintf("%s, %.4f instead of %.4f", least.withoutOne(), left, whole)
		votes = append(votes, v)
	}
	return votes
}

// keeping are the ablations in which shares of the values of one field keep a row, the largest share first.
func keeping(tables []*Table) []*ablation {
	list := falling(tables, func(t *Table) bool { field, _ := t.kept(); return field != "" })
	for _, a := range list {
		slices.SortStableFunc(a.parts, func(x, y *Table) int {
			_, p := x.kept()
			_, q := y.kept()
			return cmp.Compare(q, p)
		})
	}
	return list
}

func fewerValues(tables []*Table) (votes []vote) {
	for _, a := range keeping(tables) {
		v := a.vote(a.parts)
		before := a.whole.plainCell().fall()
		list := []string{fmt.Sprintf("1: %.4f", before)}
		v.holds = true
		for _, t := range a.parts {
			_, share := t.kept()
			fall := t.plainCell().fall()
			list = append(list, fmt.Sprintf("%g: %.4f", share, fall))
			v.holds, before = v.holds && fall <= before, fall
		}
		field, _ := a.parts[0].kept()
		v.text, v.value = field+" "+strings.Join(list, ", "), before
		votes = append(votes, v)
	}
	return votes
}

func fieldIsWorthSomething(tables []*Table) (votes []vote) {
	for _, a := range keeping(tables) {
		last := a.parts[len(a.parts)-1]
		if _, share := last.kept(); share > 0 {
			continue
		}
		v := a.vote([]*Table{last})
		v.value = last.plainCell().Mean[0] - a.whole.plainCell().Mean[0]
		v.holds = v.value < 0
		votes = append(votes, v)
	}
	return votes
}

// alphas lists the cells of a model that differ in alpha only, by alpha; nil if they are no grid of alpha.
func (t *Table) alphas(model string) []*Cell {
	cells := t.ofModel(model, func(c *Cell) bool {
		_, has := c.Runs[0].Parameters["alpha"]
		return has && c.Runs[0].Buckets == 0 && len(c.Candidates) == 1 && c.Runs[0].EmbeddingInit == t.cells()[0].Runs[0].EmbeddingInit
	})
	alpha := func(c *Cell) float64 { return c.Runs[0].Parameters["alpha"] }
	slices.SortStableFunc(cells, func(a, b *Cell) int { return cmp.Compare(alpha(a), alpha(b)) })
	for i := 1; i < len(cells); i++ {
		if alpha(cells[i]) == alpha(cells[i-1]) {
			return nil
		}
	}
	if len(cells) < 4 {
		return nil
	}
	return cells
}

func alphaRange(tables []*Table) (votes []vote) {
	for _, t := range tables {
		for _, model := range t.Models {
			cells := t.alphas(model)
			if cells == nil {
				continue
			}
			best := slices.MaxFunc(cells, func(a, b *Cell) int { return cmp.Compare(a.final(), b.final()) })
			var near []float64
			for _, c := range cells {
				if alpha := c.Runs[0].Parameters["alpha"]; alpha > 0 && c.final() >= best.final()-0.005 {
					near = append(near, alpha)
				}
			}
			v := t.vote(model, cells)
			if len(near) > 0 {
				v.value = math.Log10(near[len(near)-1] / near[0])
				v.text = fmt.Sprintf("%.2g to %.2g", near[0], near[len(near)-1])
			}
			v.holds = v.value >= 0.99 // alphas are written with a few digits
			votes = append(votes, v)
		}
	}
	return votes
}

// isTheLimit compares MEDA with itself when it keeps the state of the tables, which is equation 14 from tables of zeros, after every
// epoch that both have.
func isTheLimit(tables []*Table) (votes []vote) {
	for _, t := range tables {
		for _, model := range t.Models {
			for _, solver := range []string{adamFamily.meda, adagradFamily.meda} {
				meda, limit := t.medas(model, solver, 0), t.medas(model, solver, 1)
				if len(meda) != 1 || len(limit) != 1 {
					continue
				}
				v := t.vote(model, []*Cell{meda[0], limit[0]})
				for epoch := range min(len(meda[0].Mean), len(limit[0].Mean)) {
					v.value = max(v.value, math.Abs(meda[0].Mean[epoch]-limit[0].Mean[epoch]))
				}
				v.holds = v.value <= collapse
				votes = append(votes, v)
			}
		}
	}
	return votes
}

// medas are the cells of a model by one MEDA, from tables of zeros, which keep the state or do not.
func (t *Table) medas(model, solver string, keepState float64) []*Cell {
	return t.ofModel(model, func(c *Cell) bool {
		r := c.Runs[0]
		return r.Solver == solver && r.EmbeddingInit == "zeros" && r.Parameters["keep_state"] == keepState
	})
}
