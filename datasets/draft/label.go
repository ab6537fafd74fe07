package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// labelNames are the usual names of labels, in lower case.
var labelNames = []string{"click", "clicked", "clk", "is_click", "label", "y", "target"}

// labelWords are values of labels, in lower case, with what they mean.
var labelWords = map[string]int{
	"1": 1, "yes": 1, "true": 1, "y": 1, "t": 1, "click": 1, "clicked": 1, "positive": 1,
	"0": 0, "-1": 0, "no": 0, "false": 0, "n": 0, "f": 0, "noclick": 0, "negative": 0,
}

// chooseLabel finds the column of the label: the one that was given, else one with a usual name, else the first one of
// 0 and 1 that holds both.
func (d *guesser) chooseLabel() error {
	var named []*columnFacts
	for _, name := range labelNames {
		for _, c := range d.columns {
			if strings.EqualFold(c.Name, name) {
				named = append(named, c)
			}
		}
	}
	usual := len(named)
	for _, c := range d.columns {
		if c.isBinary() && len(c.cells) == 2 {
			named = append(named, c)
		}
	}
	if d.label != "" {
		at := slices.IndexFunc(d.columns, func(c *columnFacts) bool { return c.Name == d.label })
		if at < 0 {
			return &rawlog.SyntaxError{Path: d.path, Column: d.label, Err: rawlog.ErrUnknownColumn}
		}
		named, usual = d.columns[at:at+1], 1
	}
	for i, c := range named {
		if meaning := c.meaning(); meaning != nil {
			if i >= usual {
				d.note("label: a guess: %s is the first column that holds 0 and 1", c.Name)
			}
			d.setLabel(c.Name, meaning)
			return nil
		}
	}
	if d.label != "" {
		return &rawlog.SyntaxError{Path: d.path, Column: d.label, Err: fmt.Errorf("%w, or two words such as yes and no", schema.ErrLabel)}
	}
	return &rawlog.SyntaxError{Path: d.path, Err: fmt.Errorf("no column holds only 0 and 1, or yes and no; name the label's: %w", schema.ErrLabel)}
}

// setLabel chooses a label, with a mapping unless it holds 0 and 1 already.
func (d *guesser) setLabel(column string, meaning map[string]int) {
	d.Schema.Label = column
	if _, zero := meaning["0"]; zero || len(meaning) == 1 && meaning["1"] == 1 {
		return
	}
	d.Schema.Labels = meaning
	d.note("%s: labels: is a guess of what its values mean", column)
}

// meaning returns what the values of a label mean; nil if they are not two with opposite meanings. A label of 0 and 1 may
// have one of them only in the first rows.
func (c *columnFacts) meaning() map[string]int {
	if len(c.cells) > 2 {
		return nil
	}
	words := map[string]int{}
	seen := [2]bool{}
	for cell := range c.cells {
		v, known := labelWords[strings.ToLower(cell)]
		if !known || seen[v] {
			return nil
		}
		words[cell], seen[v] = v, true
	}
	if !c.isBinary() && len(words) < 2 {
		return nil
	}
	return words
}
