package chart

import (
	_ "embed"
	"fmt"
	"html/template"
)

//go:embed page.html
var pageText string

// Figure is a chart with its caption and the names of its colours.
type Figure struct {
	Caption string
	SVG     template.HTML
	Legend  []Legend
}

// Legend is the name of a colour.
type Legend struct{ Name, Color string }

// NewLegend names the colour of a number; see ColorOf.
func NewLegend(name string, color int) Legend {
	c := ColorOf(color)
	return Legend{name, fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)}
}

// Page returns the template of a page, which has two templates to use: "head" for its style, and "figures" for a list
// of Figure.
func Page(text string) (*template.Template, error) {
	t, err := template.New("page").Parse(text)
	if err != nil {
		return nil, err
	}
	return t.Parse(pageText)
}
