package show

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
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

// wholeTicks labels whole numbers where a range is that of epochs, and what plot chooses else.
type wholeTicks struct{}

func (wholeTicks) Ticks(low, high float64) []plot.Tick {
	if low != math.Trunc(low) || high-low > 12 || high-low < 1 {
		return plot.DefaultTicks{}.Ticks(low, high)
	}
	var ticks []plot.Tick
	for v := low; v <= high; v++ {
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', -1, 64)})
	}
	return ticks
}
