package show

import (
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Curves draws a line through the points of each series. The error wraps ErrSeries.
func Curves(title, x, y string, series ...Series) (*Chart, error) {
	c := newChart(title, x, y)
	c.X.Tick.Marker = wholeTicks{}
	for i, s := range series {
		points, err := s.points()
		if err != nil {
			return nil, err
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colorOf(i), vg.Points(1.5)
		if s.Dashed {
			line.Dashes = []vg.Length{vg.Points(4), vg.Points(3)}
		}
		c.add(s.Name, line)
	}
	c.makeRoom(series)
	return c, nil
}
