package show

import (
	"errors"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"gonum.org/v1/plot/plotter"
)

// ErrSeries is wrapped by the error of a chart whose numbers cannot be drawn.
var ErrSeries = errors.New("cannot draw the series")

// Series is a named row of numbers.
type Series struct {
	Name string
	X, Y []float64 // of one length; X nil means 1, 2, 3, ...
	// Dashed draws a broken line, for example for a bound.
	Dashed bool
}

// TestAUC is the test AUC of each epoch of a run with a test part.
func TestAUC(name string, history []metrics.Epoch) Series {
	s := Series{Name: name}
	for _, e := range history {
		s.Y = append(s.Y, e.Test.AUC())
	}
	return s
}

// Level is a dashed horizontal line at y, from x = 1 to x = n.
func Level(name string, y float64, n int) Series {
	return Series{Name: name, X: []float64{1, float64(n)}, Y: []float64{y, y}, Dashed: true}
}

// points checks the series and pairs its numbers.
func (s Series) points() (plotter.XYs, error) {
	if len(s.Y) == 0 {
		return nil, fmt.Errorf("%w %q: it is empty", ErrSeries, s.Name)
	}
	if s.X != nil && len(s.X) != len(s.Y) {
		return nil, fmt.Errorf("%w %q: %d x for %d y", ErrSeries, s.Name, len(s.X), len(s.Y))
	}
	points := make(plotter.XYs, len(s.Y))
	for i, y := range s.Y {
		x := float64(i + 1)
		if s.X != nil {
			x = s.X[i]
		}
		if !isFinite(x) || !isFinite(y) {
			return nil, fmt.Errorf("%w %q: point %d is (%v, %v)", ErrSeries, s.Name, i+1, x, y)
		}
		points[i] = plotter.XY{X: x, Y: y}
	}
	return points, nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
