package chart

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// palette is that of Okabe and Ito, which the colour-blind can tell apart, but for its black, which
// is the colour of the text, light or dark.
var palette = [Colors]color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, {0xe6, 0x9f, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
	{0x56, 0xb4, 0xe9, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x80, 0x80, 0x80, 0xff}, {0xa0, 0x90, 0x20, 0xff},
}

// Colors is how many colours there are, and Gray the number of the one that is for what is only compared with.
const (
	Colors = 8
	Gray   = 6
)

// ColorOf returns the colour of a number, from 0 on; after eight they come again.
func ColorOf(i int) color.RGBA { return palette[i%Colors] }

// dashes are the patterns of lines by the number of their colour, so that a line shows where another one lies on it.
var dashes = [Colors][]vg.Length{nil, {6, 3}, {2, 3}, {9, 3, 2, 3}, {4, 2}, {12, 4}, {1, 2}, {6, 2, 1, 2, 1, 2}}

// glyphs are the marks of points by the number of their colour.
var glyphs = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}, draw.PlusGlyph{},
}

// Series is a line or the bars of one name; values that are NaN are left out.
type Series struct {
	Color int // see ColorOf
	X, Y  []float64
	Mark  bool // with a dot at every point
	Thin  bool // a thinner line, of something to compare with
}

// Chart is a figure without a legend, which stands beside it as text.
type Chart struct {
	*plot.Plot
	title string
}

// New returns a figure without lines. Title is its label for those who do not see it; x and y are those of its axes.
func New(title, x, y string) *Chart {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.BackgroundColor = color.Transparent
	for _, style := range []*text.Style{&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		style.Font.Variant, style.Font.Size = "Sans", vg.Points(11)
	}
	p.X.Tick.Marker = wholeTicks{}
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	grid.Horizontal.Color = color.RGBA{0x80, 0x80, 0x80, 0xff}
	grid.Horizontal.Width = vg.Points(0.25)
	p.Add(grid)
	return &Chart{p, title}
}

// Lines draws a line for each series, whose x are whole numbers such as epochs.
func Lines(title, x, y string, list []Series) (template.HTML, error) {
	c := New(title, x, y)
	for _, s := range list {
		if _, err := c.Line(s); err != nil {
			return "", err
		}
	}
	return c.SVG()
}

// Line adds a series, and returns its line for a legend; nil if no value can be drawn.
func (c *Chart) Line(s Series) (*plotter.Line, error) {
	var points plotter.XYs
	for i, v := range s.Y {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			points = append(points, plotter.XY{X: s.X[i], Y: v})
		}
	}
	if len(points) == 0 {
		return nil, nil
	}
	line, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return nil, err
	}
	line.Color, line.Width, line.Dashes = ColorOf(s.Color), vg.Points(2), dashes[s.Color%Colors]
	if s.Thin {
		line.Width = vg.Points(1)
	}
	c.Add(line)
	if s.Mark {
		dots.Color, dots.Shape, dots.Radius = ColorOf(s.Color), glyphs[s.Color%Colors], vg.Points(3)
		c.Add(dots)
	}
	return line, nil
}

// Bars draws a group of bars for each label.
func Bars(title, x, y string, labels []string, list []Series) (template.HTML, error) {
	c := New(title, x, y)
	slot := Width * 0.75 / vg.Length(max(1, len(labels)))
	size := slot * 0.9 / vg.Length(max(1, len(list)))
	low, high := math.Inf(1), math.Inf(-1)
	for i, s := range list {
		values := make(plotter.Values, len(s.Y))
		for j, v := range s.Y {
			if !math.IsNaN(v) {
				values[j], low, high = v, min(low, v), max(high, v)
			}
		}
		b, err := plotter.NewBarChart(values, size)
		if err != nil {
			return "", err
		}
		b.Color, b.LineStyle.Width = ColorOf(s.Color), 0
		b.Offset = size * (vg.Length(i) - vg.Length(len(list)-1)/2)
		c.Add(b)
	}
	if low > 0.3 && high < 1 { // AUCs: what matters is far from zero
		c.Y.Min = math.Floor(low*20) / 20
	}
	c.NominalX(labels...)
	return c.SVG()
}

// Width and Height are those of a figure, before the page scales it.
const (
	Width  = 12 * vg.Centimeter
	Height = 8 * vg.Centimeter
)

// SVG is the figure as part of a page: black becomes the colour of the text.
func (c *Chart) SVG() (template.HTML, error) {
	canvas := vgsvg.New(Width, Height)
	c.Draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return "", fmt.Errorf("chart: figure: %w", err)
	}
	text := out.String()
	text = strings.ReplaceAll(text[strings.Index(text, "<svg"):], "#000000", "currentColor")
	label := template.HTMLEscapeString(c.title)
	return template.HTML(strings.Replace(text, "<svg", fmt.Sprintf(`<svg role="img" aria-label=%q`, label), 1)), nil
}

// wholeTicks labels epochs by whole numbers, and other ranges as plot does.
type wholeTicks struct{}

// Ticks implements plot.Ticker.
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

// NamedTicks labels the whole numbers from 0 on by names, as many of them as there is space for.
type NamedTicks []string

// Ticks implements plot.Ticker.
func (names NamedTicks) Ticks(low, high float64) (ticks []plot.Tick) {
	const most = 4
	every := (len(names) + most - 1) / most
	for i := 0; i < len(names); i += every {
		if v := float64(i); v >= low && v <= high {
			ticks = append(ticks, plot.Tick{Value: v, Label: names[i]})
		}
	}
	return ticks
}
