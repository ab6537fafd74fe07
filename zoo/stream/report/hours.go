package report

import (
	"math"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

// hourOf is a figure of the rows of an hour.
type hourOf struct {
	caption string
	of      func(*Hour) *float64
}

// hourly are the figures by hour, in the order of the page.
var hourly = []hourOf{
	{"test AUC by hour of the day, mean over the days", func(h *Hour) *float64 { return h.TestAUC }},
	{"test log loss by hour of the day, mean over the days", func(h *Hour) *float64 { return h.TestLogLoss }},
	{"calibration of the test by hour of the day, mean over the days", func(h *Hour) *float64 { return h.TestCalibration }},
}

// drawHours draws the figures by hour.
func (d *drawing) drawHours() error {
	for _, q := range hourly {
		var lines []chart.Series
		var names []chart.Legend
		for i, s := range d.streams {
			if line := hourCurve(s.Days, q.of); len(line.X) > 0 {
				line.Color = i
				lines, names = append(lines, line), append(names, chart.NewLegend(s.Name, i))
			}
		}
		if err := d.addTo(chart.New(q.caption, "hour", ""), q.caption, lines, names); err != nil {
			return err
		}
	}
	return nil
}

// hourCurve has the mean of a figure for each hour in which some day has it.
func hourCurve(days []Day, of func(*Hour) *float64) chart.Series {
	s := chart.Series{Mark: true}
	for hour := range 24 {
		mean := mean(days, func(d *Day) float64 {
			for i := range d.Hours {
				if d.Hours[i].Hour == hour {
					return value(of(&d.Hours[i]))
				}
			}
			return math.NaN()
		})
		if !math.IsNaN(mean) {
			s.X, s.Y = append(s.X, float64(hour)), append(s.Y, mean)
		}
	}
	return s
}
