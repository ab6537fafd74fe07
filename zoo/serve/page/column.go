package page

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// column is a cell of the form.
type column struct {
	Name      string   `json:"name"`
	Separator string   `json:"separator"` // between the values of a list; "" if it is none
	Layout    string   `json:"layout"`    // of a time; "" if it is none
	Number    bool     `json:"number"`
	Examples  []string `json:"examples"` // that the model knows, the most frequent first; may be empty
}

// examples is how many values a cell of the form proposes, among how many of the first ids. The first ids of a vocabulary
// are of the values that came up first, among which are the frequent ones.
const (
	examples  = 8
	lookedAt  = 10000
	inExample = 2 // values of a list
)

func describeColumns(l *serve.Loaded) []column {
	columns, x := l.Columns, l.Trained.Encoding
	list := make([]column, len(columns))
	for i, from := range columns {
		c := &list[i]
		c.Name, c.Separator, c.Examples = from.Name, from.Separator, []string{}
		for at := range x.Schema.Fields {
			if f := &x.Schema.Fields[at]; f.RawColumn().Name == from.Name {
				c.describe(f, x.Vocabularies[at], x.Scales[at], l.Loaded)
			}
		}
	}
	return list
}

// describe adds what a field that is read from the column says about it. The example of a time is that of the load, since it
// is the same whenever somebody asks.
func (c *column) describe(f *schema.Field, v *datasets.Vocabulary, s datasets.Scale, loaded time.Time) {
	if f.Layout != "" {
		c.Layout = f.Layout
	}
	isNumber := f.Kind == "numeric"
	c.Number = c.Number || isNumber || len(f.Bins) > 0
	switch {
	case len(c.Examples) > 0:
	case isNumber:
		c.Examples = append(c.Examples, middle(f, s))
	case f.Layout != "":
		c.Examples = append(c.Examples, written(loaded, f.Layout))
	case f.Derive == "" && len(f.Bins) == 0 && v != nil:
		c.Examples = frequent(v)
		if n := min(inExample, len(c.Examples)); f.Kind == "list" && n > 0 {
			c.Examples = []string{strings.Join(c.Examples[:n], c.Separator)}
		}
	}
}

// frequent returns the most frequent values of a vocabulary.
func frequent(v *datasets.Vocabulary) []string {
	var ids []int32
	for id := int32(1); id < int32(min(v.Len(), lookedAt)); id++ {
		if v.Value(id) != "" { // which is an empty cell, or an id that is free
			ids = append(ids, id)
		}
	}
	slices.SortStableFunc(ids, func(a, b int32) int { return cmp.Compare(v.Count(b), v.Count(a)) })
	list := []string{}
	for _, id := range ids[:min(examples, len(ids))] {
		list = append(list, v.Value(id))
	}
	return list
}

// middle returns the mean of a number in the training part, or of its logarithm if that is what the model sees.
func middle(f *schema.Field, s datasets.Scale) string {
	x := s.Mean
	if f.Scale == "log" {
		x = math.Copysign(math.Expm1(math.Abs(x)), x)
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

// written returns a time as a log has it.
func written(t time.Time, layout string) string {
	switch layout {
	case "unix":
		return strconv.FormatInt(t.Unix(), 10)
	case "unix_ms":
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	return t.Format(layout)
}
