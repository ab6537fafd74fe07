package report

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
)

// quantity is something that has a curve over the days.
type quantity struct {
	caption string // with the unit
	of      func(*Day) float64
	best    func(*Day) float64 // what is best possible; nil if nothing is known to be
}

// The quantities of a stream, in the order of the page.
var (
	auc = quantity{"test AUC, before the day is trained",
		func(d *Day) float64 { return value(d.TestAUC) }, func(d *Day) float64 { return value(d.BestAUC) }}
	alive      = quantity{"rows alive, in thousands", func(d *Day) float64 { return value(d.RowsAlive) / 1000 }, nil}
	quantities = []quantity{
		auc,
		{"test log loss", func(d *Day) float64 { return value(d.TestLogLoss) }, nil},
		{"calibration of the test", func(d *Day) float64 { return value(d.TestCalibration) }, nil},
		alive,
		{"memory, in MB", func(d *Day) float64 { return value(d.MemoryBytes) / 1e6 }, nil},
		{"new rows, in thousands", func(d *Day) float64 { return value(d.RowsNew) / 1000 }, nil},
		{"evicted rows, in thousands", func(d *Day) float64 { return value(d.RowsEvicted) / 1000 }, nil},
		{"returned rows, in thousands", func(d *Day) float64 { return value(d.RowsReturned) / 1000 }, nil},
		{"share of unknown values", func(d *Day) float64 { return value(d.UnknownShare) }, nil},
		{"seconds of a day", func(d *Day) float64 { return value(d.Seconds) }, nil},
	}
)

// dayNames are the names of all days of some streams, in their order, and the place of each.
func dayNames(streams []Stream) (names []string, at map[string]float64) {
	at = map[string]float64{}
	for _, s := range streams {
		for _, d := range s.Days {
			names = append(names, d.Day)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for i, name := range names {
		at[name] = float64(i)
	}
	return names, at
}

// curve is the line of a stream; of values that are all unknown it has no point.
func curve(days []Day, at map[string]float64, of func(*Day) float64) (s chart.Series) {
	for i := range days {
		if v := of(&days[i]); !math.IsNaN(v) {
			s.X, s.Y = append(s.X, at[days[i].Day]), append(s.Y, v)
		}
	}
	s.Mark = len(s.X) < 15
	return s
}

// drawing collects the figures of a page.
type drawing struct {
	streams []Stream
	names   []string // of days
	at      map[string]float64
	figures []chart.Figure
}

// draw draws the figures of all quantities that were measured, by day and by hour, and of PSI by field.
func draw(streams []Stream) ([]chart.Figure, error) {
	d := drawing{streams: streams}
	d.names, d.at = dayNames(streams)
	for _, q := range quantities {
		lines, names := d.lines(q)
		if err := d.add(q.caption, lines, names); err != nil {
			return nil, err
		}
	}
	if err := d.drawHours(); err != nil {
		return nil, err
	}
	lines, names := d.psi()
	return d.figures, d.add("population stability index against the last 7 days", lines, names)
}

// lines are the curves of a quantity, one for each stream, and one of the best possible.
func (d *drawing) lines(q quantity) (lines []chart.Series, names []chart.Legend) {
	for i, s := range d.streams {
		if line := curve(s.Days, d.at, q.of); len(line.X) > 0 {
			line.Color = i
			lines, names = append(lines, line), append(names, chart.NewLegend(s.Name, i))
		}
	}
	if q.best == nil || len(lines) == 0 {
		return lines, names
	}
	for _, s := range d.streams {
		if line := curve(s.Days, d.at, q.best); len(line.X) > 0 {
			line.Color, line.Thin, line.Mark = chart.Gray, true, false
			return append(lines, line), append(names, chart.NewLegend("best possible", chart.Gray))
		}
	}
	return lines, names
}

// psi has the curves of the fields with the highest values, as far as the colours go. Their values do not depend on the
// model, so one stream is enough.
func (d *drawing) psi() (lines []chart.Series, names []chart.Legend) {
	for _, s := range d.streams {
		for _, field := range highest(s.Days) {
			line := curve(s.Days, d.at, func(d *Day) float64 { return value(d.PSI[field]) })
			line.Color = len(lines)
			lines, names = append(lines, line), append(names, chart.NewLegend(field, line.Color))
		}
		if len(lines) > 0 {
			break
		}
	}
	return lines, names
}

// highest are the fields whose PSI is highest on any day, at most as many as there are colours.
func highest(days []Day) []string {
	most := map[string]float64{}
	for _, d := range days {
		for field, v := range d.PSI {
			if v != nil {
				most[field] = max(most[field], *v)
			}
		}
	}
	fields := slices.Sorted(maps.Keys(most))
	slices.SortStableFunc(fields, func(a, b string) int { return cmp.Compare(most[b], most[a]) })
	return fields[:min(len(fields), chart.Colors)]
}

// chart returns a figure without lines, over the days.
func (d *drawing) chart(title string) *chart.Chart {
	c := chart.New(title, "", "")
	c.X.Tick.Marker = chart.NamedTicks(d.names)
	return c
}

// add adds a figure over the days, unless nothing was measured.
func (d *drawing) add(caption string, lines []chart.Series, names []chart.Legend) error {
	return d.addTo(d.chart(caption+", by day"), caption, lines, names)
}

// addTo adds a figure with its lines, unless there are none.
func (d *drawing) addTo(c *chart.Chart, caption string, lines []chart.Series, names []chart.Legend) error {
	if len(lines) == 0 {
		return nil
	}
	for _, line := range lines {
		if _, err := c.Line(line); err != nil {
			return err
		}
	}
	svg, err := c.SVG()
	d.figures = append(d.figures, chart.Figure{Caption: caption, SVG: svg, Legend: names})
	return err
}
