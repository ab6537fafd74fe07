package report

import (
	"fmt"
	"io"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

// WriteSVG draws AUC and living rows of some streams by day, side by side, as a picture that is no part of a page.
func WriteSVG(w io.Writer, streams ...Stream) error {
	d := drawing{streams: streams}
	d.names, d.at = dayNames(streams)
	var panels []*chart.Chart
	for _, q := range []quantity{auc, alive} {
		c, err := d.panel(q, len(panels) == 0)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		panels = append(panels, c)
	}
	return chart.WriteSideBySide(w, panels)
}

// panel is the picture of a quantity. Only one panel needs the legend.
func (d *drawing) panel(q quantity, legend bool) (*chart.Chart, error) {
	c := d.chart("")
	c.StandAlone(q.caption)
	lines, names := d.lines(q)
	for i, s := range lines {
		line, err := c.Line(s)
		if err != nil {
			return nil, err
		}
		if legend {
			c.Legend.Add(names[i].Name, line)
			c.Y.Min -= (c.Y.Max - c.Y.Min) / 10 // so that the legend is below the lines
		}
	}
	return c, nil
}
