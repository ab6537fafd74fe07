package encode

import (
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// CellReader reads the cells of a field's column as the values that the ids of the field are for. It is for one
// goroutine.
type CellReader struct {
	field      *schema.Field
	separator  string
	bins       []string // the values of the bins
	times      schema.Times
	userAgents userAgents
}

// NewCellReader returns what reads the cells of a field.
func NewCellReader(f *schema.Field) *CellReader {
	return &CellReader{
		field: f, separator: f.RawColumn().Separator, bins: BinNames(f.Bins), times: schema.Times{Layout: f.Layout},
	}
}

// Value returns the value of a categorical field: the cell itself, its bin, or what is derived from it. A cell that
// is no number or no time, where the field needs one, is an error.
func (c *CellReader) Value(cell string) (string, error) {
	switch {
	case c.field.Derive == "os_browser":
		return c.userAgents.osBrowser(cell), nil
	case c.field.Derive == "log_square":
		x, err := schema.ParseNumber(cell)
		return logSquare(x), err
	case c.field.Derive != "":
		t, err := c.times.Parse(cell)
		if err != nil {
			return "", err
		}
		return schema.Derive(c.field.Derive, t), nil
	case c.bins != nil:
		x, err := schema.ParseNumber(cell)
		if err != nil {
			return "", err
		}
		return c.bin(x), nil
	}
	return cell, nil
}

// List yields the values of a list that are kept, the last ones.
func (c *CellReader) List(cell string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if cell == "" {
			return
		}
		skip := strings.Count(cell, c.separator) + 1 - c.field.Length
		for value := range strings.SplitSeq(cell, c.separator) {
			if skip <= 0 && !yield(value) {
				return
			}
			skip--
		}
	}
}

// BinNames returns the values of the bins of edges that rise: "<=1", "<=10", ">10" for edges 1 and 10.
func BinNames(edges []float64) (names []string) {
	for _, edge := range edges {
		names = append(names, "<="+strconv.FormatFloat(edge, 'g', -1, 64))
	}
	if len(edges) > 0 {
		names = append(names, ">"+strings.TrimPrefix(names[len(names)-1], "<="))
	}
	return names
}

func (c *CellReader) bin(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	i, _ := slices.BinarySearch(c.field.Bins, x)
	return c.bins[i]
}
