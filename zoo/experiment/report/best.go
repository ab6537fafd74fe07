package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
)

// BestTable has the figures of each method and model after the best epoch of the validation part, the means over the seeds, and
// how the runs were made.
type BestTable struct{ Heads, Settings []BestRow }

// BestRow is a method with a model, and the cells of the table.
type BestRow struct {
	Method, Model string
	Cells         []string
}

// Best returns the table.
func (t *Table) Best() *BestTable {
	b := &BestTable{}
	for _, c := range t.Cells {
		if c == nil {
			continue
		}
		b.Heads = append(b.Heads, BestRow{c.Method, c.Model, c.bestFigures()})
		b.Settings = append(b.Settings, BestRow{c.Method, c.Model, []string{c.coefficients(), c.howMade(), c.rowCounts()}})
	}
	return b
}

// bestColumns and settingColumns are the heads of the columns.
func bestColumns() []string {
	return []string{"epoch", "valid AUC", "valid log loss", "test AUC", "test log loss", "calibration"}
}

func settingColumns() []string { return []string{"coefficients", "settings", "rows"} }

// BestColumns returns the heads of the columns of Best.
func (*Table) BestColumns() []string { return bestColumns() }

// SettingColumns returns the heads of the columns of the settings.
func (*Table) SettingColumns() []string { return settingColumns() }

// bestFigures are those after the best epoch of each run.
func (c *Cell) bestFigures() []string {
	mean := func(of func(experiment.Epoch) experiment.Figure, decimals int) string {
		var list []float64
		for _, r := range c.Runs {
			list = append(list, float64(of(r.Best())))
		}
		m := stat.Mean(list, nil)
		if m != m {
			return "-"
		}
		return fmt.Sprintf("%.*f", decimals, m)
	}
	return []string{
		c.bestEpochs(),
		mean(func(e experiment.Epoch) experiment.Figure { return e.ValidAUC }, 4),
		mean(func(e experiment.Epoch) experiment.Figure { return e.ValidLogLoss }, 4),
		mean(func(e experiment.Epoch) experiment.Figure { return e.TestAUC }, 4),
		mean(func(e experiment.Epoch) experiment.Figure { return e.TestLogLoss }, 4),
		mean(func(e experiment.Epoch) experiment.Figure { return e.Calibration }, 3),
	}
}

// bestEpochs lists the best epochs of the runs, from 1, each once.
func (c *Cell) bestEpochs() string {
	var list []string
	for _, r := range c.Runs {
		if at := fmt.Sprint(r.BestEpoch()); !slices.Contains(list, at) {
			list = append(list, at)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// howMade says how the runs were made.
func (c *Cell) howMade() string {
	r := c.Runs[0]
	var list []string
	if len(r.Hyperparameters) > 0 {
		for _, h := range r.Hyperparameters {
			list = append(list, fmt.Sprintf("%s %v", h.Name, h.Value))
		}
	}
	if r.BatchSize > 0 {
		list = append(list, fmt.Sprintf("batch %d", r.BatchSize))
	}
	list = append(list, fmt.Sprintf("%d epochs", len(r.Results)))
	if r.Patience > 0 {
		list = append(list, fmt.Sprintf("patience %d", r.Patience))
	}
	if n := len(c.Runs); n > 1 {
		list = append(list, fmt.Sprintf("%d seeds", n))
	}
	if n := len(c.Candidates); n > 1 {
		list = append(list, fmt.Sprintf("best of %d", n))
	}
	return strings.Join(list, ", ")
}

// rowCounts says how many rows the parts have; "-" if the record does not say.
func (c *Cell) rowCounts() string {
	rows := c.Runs[0].Rows
	if len(rows) == 0 {
		return "-"
	}
	var list []string
	for _, part := range slices.Sorted(maps.Keys(rows)) {
		list = append(list, fmt.Sprintf("%s %d", part, rows[part]))
	}
	return strings.Join(list, ", ")
}

// markdown writes the two tables.
func (b *BestTable) markdown(w *strings.Builder) {
	w.WriteString("\nAfter the best epoch of the validation part, mean over the seeds.\n\n")
	writeRows(w, bestColumns(), b.Heads)
	w.WriteString("\nHow the runs were made.\n\n")
	writeRows(w, settingColumns(), b.Settings)
}

func writeRows(w *strings.Builder, columns []string, rows []BestRow) {
	fmt.Fprintf(w, "| method | model | %s |\n|---|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, r := range rows {
		fmt.Fprintf(w, "| %s | %s | %s |\n", r.Method, r.Model, strings.Join(r.Cells, " | "))
	}
}
