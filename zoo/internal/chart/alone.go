package chart

import (
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// StandAlone makes a figure one that is not part of a page: it has its title, and its legend, inside.
func (c *Chart) StandAlone(title string) {
	c.BackgroundColor = color.White // a page may be dark, and the picture cannot know
	c.Plot.Title.Text, c.Plot.Title.TextStyle.Font.Variant = title, "Sans"
	c.Legend.TextStyle.Font.Variant = "Sans"
	c.Legend.Left, c.Legend.Padding = true, vg.Points(3)
}

// WriteSideBySide writes figures that stand alone as one picture, in SVG.
func WriteSideBySide(w io.Writer, charts []*Chart) error {
	panels := make([]*plot.Plot, len(charts))
	for i, c := range charts {
		panels[i] = c.Plot
	}
	canvas := vgsvg.New(Width*vg.Length(len(panels)), Height*1.25)
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: vg.Points(12)}
	for i, c := range plot.Align([][]*plot.Plot{panels}, tiles, draw.New(canvas))[0] {
		panels[i].Draw(c)
	}
	_, err := canvas.WriteTo(w)
	return err
}
