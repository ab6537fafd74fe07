package report

import (
	"fmt"
	"image/color"
	"io"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
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
	var panels []*plot.Plot
	for _, t := range firstGrid(tables) {
		c, err := t.overviewPanel(len(panels) == 0)
		if err != nil {
			return err
		}
		panels = append(panels, c.Plot)
	}
	canvas := vgsvg.New(width*vg.Length(len(panels)), height*1.25)
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: vg.Points(12)}
	for i, c := range plot.Align([][]*plot.Plot{panels}, tiles, draw.New(canvas))[0] {
		panels[i].Draw(c)
	}
	_, err := canvas.WriteTo(w)
	return err
}

// overviewPanel is the panel of one data set. Only one panel needs the legend.
func (t *Table) overviewPanel(legend bool) (*chart, error) {
	f := figures{table: t}
	cells, colors, _ := f.cells(t.Models[0])
	c := newChart("", "epoch", "test AUC")
	c.BackgroundColor = color.White // a page may be dark, and the picture cannot know
	c.Title.Text = fmt.Sprintf("%s, %s", t.Models[0], t.Data)
	c.Title.TextStyle.Font.Variant = "Sans"
	c.Legend.TextStyle.Font.Variant = "Sans"
	c.Legend.Left, c.Legend.Padding = true, vg.Points(3)
	c.X.Tick.Marker = wholeTicks{}
	for i, cell := range cells {
		line, err := c.line(series{colors[i], epochs(len(cell.Mean)), cell.Mean, true})
		if err != nil {
			return nil, err
		}
		if legend && line != nil {
			c.Legend.Add(cell.Method, line)
		}
	}
	return c, nil
}
