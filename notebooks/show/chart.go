package show

import (
	"bytes"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Chart is a plot that a notebook shows as an image. The plot inside can be changed before that,
// for example chart.Y.Min = 0.5, and saved to a file with chart.Save.
type Chart struct {
	*plot.Plot
	Width, Height vg.Length // of the image; 16 by 9 cm
}

// newChart is a chart without data, with horizontal grid lines.
func newChart(title, x, y string) *Chart {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(6)
	p.BackgroundColor = color.White
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(1)
	p.Legend.TextStyle.Font.Size = vg.Points(10)
	p.Y.Tick.Marker = roundTicks{}
	for _, style := range []*text.Style{
		&p.Title.TextStyle, &p.Legend.TextStyle,
		&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label,
	} {
		style.Font.Variant = "Sans"
	}
	grid := plotter.NewGrid()
	grid.Vertical.Width = 0
	p.Add(grid)
	return &Chart{p, 16 * vg.Centimeter, 9 * vg.Centimeter}
}

// add draws a series, and names it in the legend if it has a name.
func (c *Chart) add(name string, drawn interface {
	plot.Plotter
	plot.Thumbnailer
}) {
	c.Add(drawn)
	if name != "" {
		c.Legend.Add(name, drawn)
	}
}

// makeRoom lets the vertical axis grow so that the legend stands above the data.
func (c *Chart) makeRoom(series []Series) {
	entries := 0
	for _, s := range series {
		if s.Name != "" {
			entries++
		}
	}
	const entry = 0.065 // of the height of the plot
	share := min(0.8, entry*float64(entries))
	c.Y.Max += share / (1 - share) * (c.Y.Max - c.Y.Min)
}

// PNG is the image of the chart. It is what makes a notebook show it.
func (c *Chart) PNG() []byte {
	var image bytes.Buffer
	w, err := c.WriterTo(c.Width, c.Height, "png")
	if err == nil {
		_, err = w.WriteTo(&image)
	}
	if err != nil {
		return nil // of an unknown format and of a failing writer only
	}
	return image.Bytes()
}

// palette is that of Okabe and Ito, which the colour-blind can tell apart.
var palette = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	color.RGBA{0x00, 0x9e, 0x73, 0xff}, // green
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, // purple
	color.RGBA{0xe6, 0x9f, 0x00, 0xff}, // orange
	color.RGBA{0x56, 0xb4, 0xe9, 0xff}, // sky
	color.RGBA{0x00, 0x00, 0x00, 0xff}, // black
}

func colorOf(i int) color.Color { return palette[i%len(palette)] }
