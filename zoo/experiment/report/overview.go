package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

// WriteOverview writes the tables of the first grid in short, as Markdown: for each method and model
// the mean test AUC of its best epoch and, after an arrow, of the last one.
func WriteOverview(w io.Writer, tables []*Table) error {
	var b strings.Builder
	for i, t := range firstGrid(tables) {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s on %s: test AUC of the best epoch → of epoch %d, mean over %s.\n\n", t.Grid, t.Data, t.Epochs, t.seeds())
		fmt.Fprintf(&b, "| method | %s |\n|---|%s\n", strings.Join(t.Models, " | "), strings.Repeat("---|", len(t.Models)))
		for _, method := range t.Methods {
			fmt.Fprintf(&b, "| %s |", method)
			for _, model := range t.Models {
				fmt.Fprintf(&b, " %s |", t.bestAndLast(t.Cell(method, model)))
			}
			b.WriteString("\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// firstGrid are the tables of the grid of the first one.
func firstGrid(tables []*Table) (list []*Table) {
	for _, t := range tables {
		if t.Grid == tables[0].Grid {
			list = append(list, t)
		}
	}
	return list
}

// bestAndLast tells of a cell the best epoch and the last one, which is bold if no other method's is
// better.
func (t *Table) bestAndLast(c *Cell) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf("%.4f → %s", c.Mean[c.bestEpoch()], t.auc(c, len(c.Mean)-1, "**%.4f**"))
}

// WriteOverviewChart draws, as SVG, the mean test AUC after each epoch of the methods of the first
// grid, with its first model: a panel for each data set.
func WriteOverviewChart(w io.Writer, tables []*Table) error {
	if len(tables) == 0 {
		return nil
	}
	var panels []*chart.Chart
	for _, t := range firstGrid(tables) {
		c, err := t.overviewPanel(len(panels) == 0)
		if err != nil {
			return err
		}
		panels = append(panels, c)
	}
	return chart.WriteSideBySide(w, panels)
}

// overviewPanel is the panel of one data set. Only one panel needs the legend.
func (t *Table) overviewPanel(legend bool) (*chart.Chart, error) {
	f := figures{table: t}
	cells, colors, _ := f.cells(t.Models[0])
	c := chart.New("", "epoch", "test AUC")
	c.StandAlone(fmt.Sprintf("%s, %s", t.Models[0], t.Data))
	for i, cell := range cells {
		line, err := c.Line(chart.Series{Color: colors[i], X: epochs(len(cell.Mean)), Y: cell.Mean, Mark: true})
		if err != nil {
			return nil, err
		}
		if legend && line != nil {
			c.Legend.Add(cell.Method, line)
		}
	}
	return c, nil
}
