package show

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Bars draws a group of bars for each label, in a group one bar of each series. A series has one
// number for each label, and no X. The error wraps ErrSeries.
func Bars(title, x, y string, labels []string, series ...Series) (*Chart, error) {
	c := newChart(title, x, y)
	slot := c.Width * 0.8 / vg.Length(max(1, len(labels)))
	width := slot * 0.8 / vg.Length(max(1, len(series)))
	for i, s := range series {
		if s.X != nil || len(s.Y) != len(labels) {
			return nil, fmt.Errorf("%w %q: %d numbers for %d labels", ErrSeries, s.Name, len(s.Y), len(labels))
		}
		if _, err := s.points(); err != nil {
			return nil, err
		}
		bars, err := plotter.NewBarChart(plotter.Values(s.Y), width)
		if err != nil {
			return nil, err
		}
		bars.Color, bars.LineStyle.Width = colorOf(i), 0
		bars.Offset = width * (vg.Length(i) - vg.Length(len(series)-1)/2)
		c.add(s.Name, bars)
	}
	c.makeRoom(series)
	c.NominalX(labels...)
	return c, nil
}
