package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
)

// ModelTable is a table with a row for each method and model.
type ModelTable struct {
	Columns []string // besides method and model
	Rows    []ModelRow
}

// ModelRow is a method with a model, and its cells.
type ModelRow struct {
	Method, Model string
	Cells         []string
}

// Best returns the figures after the best epoch of the validation part, the means over the seeds.
func (t *Table) Best() ModelTable {
	return t.eachCell([]string{"epoch", "valid AUC", "valid log loss", "test AUC", "test log loss", "calibration"}, (*Cell).bestFigures)
}

// Settings returns how the runs were made.
func (t *Table) Settings() ModelTable {
	return t.eachCell([]string{"coefficients", "settings", "rows"}, func(c *Cell) []string {
		return []string{c.coefficients(), c.howMade(), c.rowCounts()}
	})
}

// eachCell makes a table with a row for each cell that has runs.
func (t *Table) eachCell(columns []string, of func(*Cell) []string) ModelTable {
	rows := ModelTable{Columns: columns}
	for _, c := range t.Cells {
		if c != nil {
			rows.Rows = append(rows.Rows, ModelRow{c.Method, c.Model, of(c)})
		}
	}
	return rows
}

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
	for _, h := range r.Hyperparameters {
		list = append(list, fmt.Sprintf("%s %v", h.Name, h.Value))
	}
	if r.BatchSize > 0 {
		list = append(list, fmt.Sprintf("batch %d", r.BatchSize))
	}
	if r.EmbeddingInit != "" {
		list = append(list, "embeddings from "+r.EmbeddingInit)
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

// markdown writes the table.
func (m ModelTable) markdown(w *strings.Builder) {
	fmt.Fprintf(w, "| method | model | %s |\n|---|---|%s\n", strings.Join(m.Columns, " | "), strings.Repeat("---|", len(m.Columns)))
	for _, row := range m.Rows {
		fmt.Fprintf(w, "| %s | %s | %s |\n", row.Method, row.Model, strings.Join(row.Cells, " | "))
	}
}
