package quality

import (
	"io"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

// WriteChart draws curves as SVG, all seeds of a program in its colour: the AUC by steps, and by seconds of training.
func WriteChart(w io.Writer, title string, curves []Curve) error {
	bySteps, err := panel(title+", by steps", "step", curves, true, func(p Point) float64 { return float64(p.Step) })
	if err != nil {
		return err
	}
	bySeconds, err := panel(title+", by seconds of training", "seconds", curves, false, func(p Point) float64 { return p.Seconds })
	if err != nil {
		return err
	}
	return chart.WriteSideBySide(w, []*chart.Chart{bySteps, bySeconds})
}

// panel draws the curves over an axis. Only one panel needs the legend.
func panel(title, axis string, curves []Curve, legend bool, x func(Point) float64) (*chart.Chart, error) {
	c := chart.New("", axis, "AUC of the validation part")
	c.StandAlone(title)
	for color, program := range programs(curves) {
		for i, curve := range of(curves, program) {
			s := chart.Series{Color: color}
			for _, p := range curve.Points {
				s.X, s.Y = append(s.X, x(p)), append(s.Y, p.AUC)
			}
			line, err := c.Line(s)
			if err != nil {
				return nil, err
			}
			if legend && i == 0 && line != nil {
				c.Legend.Add(program, line)
			}
		}
	}
	return c, nil
}
