package draft

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// columnFacts are the cells of a column in the first rows of a log.
type columnFacts struct {
	rawlog.Column // with a separator if the column is a list in the file
	cells         map[string]int
	clicks        map[string]int // rows with label 1 of each cell
	rows          int
}

func newColumnFacts(c rawlog.Column) *columnFacts {
	return &columnFacts{Column: c, cells: map[string]int{}, clicks: map[string]int{}}
}

func (c *columnFacts) add(cell string) {
	c.rows++
	if _, known := c.cells[cell]; !known {
		cell = strings.Clone(cell) // so that the reader's line is not kept
	}
	c.cells[cell]++
}

// all reports whether there are cells that are not empty, and something holds for all of them.
func (c *columnFacts) all(holds func(string) bool) bool {
	some := false
	for cell := range c.cells {
		if cell == "" {
			continue
		}
		if some = true; !holds(cell) {
			return false
		}
	}
	return some
}

func (c *columnFacts) isBinary() bool {
	return len(c.cells) <= 2 && c.cells[""] == 0 && c.all(func(s string) bool { return s == "0" || s == "1" })
}

// layouts are the layouts of times. The first ones fit no number.
var layouts = []string{
	time.DateTime, "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006/01/02 15:04:05", time.DateOnly,
	"20060102150405000", "20060102150405", "2006010215", "20060102", "06010215", "unix", "unix_ms",
}

var timeName = regexp.MustCompile(`(?i)time|date|hour|^ts$|_ts$|_at$`)

// layout returns the layout of the times in the column; "" if it does not hold times.
func (c *columnFacts) layout() string {
	for _, layout := range layouts {
		isNumber := !strings.ContainsAny(layout, "-/")
		if isNumber && !timeName.MatchString(c.Name) {
			continue
		}
		if c.all(func(s string) bool { return plausibleTime(layout, s) }) && c.cells[""] == 0 {
			return layout
		}
	}
	return ""
}

// plausibleTime reports whether a text is a time of our days.
func plausibleTime(layout, text string) bool {
	times := schema.Times{Layout: layout}
	t, err := times.Parse(text)
	return err == nil && t.Year() >= 1990 && t.Year() < 2100
}

func hasHours(layout string) bool { return layout != time.DateOnly && layout != "20060102" }

var (
	measureName = regexp.MustCompile(`(?i)price|amount|count|num|rate|score|ratio|duration|length|age$|days|cost`)
	idName      = regexp.MustCompile(`(?i)id$|_id|code|type|category|user|item|day|week|month|hour|position|region|city`)
)

// field returns a field for the column with a remark, which may be empty, or nil and the reason why the
// column is no field.
func (c *columnFacts) field() (f *schema.Field, why string) {
	f = &schema.Field{Name: c.Name}
	separator := c.listSeparator()
	switch {
	case len(c.cells) == 1:
		return nil, "it has one value only"
	case separator != "":
		c.describeList(f, separator)
		return f, "a list; if its values are those of another field, add shares: and its name"
	case c.isMeasure():
		f.Kind = "numeric"
		if c.hasLongTail() {
			f.Scale = "log"
		}
		return f, ""
	case c.rows >= 100 && len(c.cells) == c.rows:
		return nil, "every row has another value"
	case c.mostlyOnce(c.cells):
		f.MinCount = 2
		return f, "more than half of its values occur once, so that min_count cuts them"
	}
	return f, ""
}

// listSeparator returns what is between the values of a list; "" if the column holds none.
func (c *columnFacts) listSeparator() string {
	if c.Separator != "" {
		return c.Separator
	}
	for _, separator := range []string{"|", ";", "\x01", ","} {
		with := 0
		for cell, n := range c.cells {
			if strings.Contains(cell, separator) {
				with += n
			}
		}
		if 20*with < c.rows || separator == "," && !c.all(isIDList) {
			continue
		}
		return separator
	}
	return ""
}

func isIDList(s string) bool { return strings.Trim(s, "0123456789,") == "" }

// describeList gives the field the length that 19 of 20 rows do not exceed.
func (c *columnFacts) describeList(f *schema.Field, separator string) {
	f.Kind = "list"
	if separator != rawlog.DefaultSeparator {
		f.Separator = separator
	}
	var lengths []int
	values := map[string]int{}
	for cell, n := range c.cells {
		length := 0
		if cell != "" {
			length = strings.Count(cell, separator) + 1
		}
		lengths = append(lengths, slices.Repeat([]int{length}, n)...)
		for value := range strings.SplitSeq(cell, separator) {
			values[value] += n
		}
	}
	slices.Sort(lengths)
	f.Length = max(1, lengths[len(lengths)*19/20])
	if c.mostlyOnce(values) {
		f.MinCount = 2
	}
}

// isMeasure reports whether the column holds numbers that measure something, not ids.
func (c *columnFacts) isMeasure() bool {
	fraction := false
	numbers := c.all(func(s string) bool {
		_, err := schema.ParseNumber(s)
		fraction = fraction || strings.ContainsAny(s, ".eE")
		return err == nil
	})
	return numbers && (fraction || !idName.MatchString(c.Name) && (measureName.MatchString(c.Name) || c.counts()))
}

// counts reports whether whole numbers look like counts of something, not like ids: the smallest ones are there, and most
// rows have a number that is small beside the largest one.
func (c *columnFacts) counts() bool {
	var largest float64
	for cell := range c.cells {
		x, _ := strconv.ParseFloat(cell, 64) // an empty cell counts as zero
		largest = max(largest, x)
	}
	smallest, below, filled := 0, 0, 0
	for cell, n := range c.cells {
		x, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			continue
		}
		filled += n
		if x <= largest/4 {
			below += n
		}
		if x >= 0 && x <= 4 {
			smallest++
		}
	}
	return largest > 4 && smallest >= 4 && 4*below >= 3*filled
}

// hasLongTail reports whether the largest number is far above the mean, and none is negative.
func (c *columnFacts) hasLongTail() bool {
	var sum, largest float64
	for cell, n := range c.cells {
		x, _ := strconv.ParseFloat(cell, 64) // an empty cell counts as zero
		if x < 0 {
			return false
		}
		sum, largest = sum+x*float64(n), max(largest, x)
	}
	return largest > 10*sum/float64(c.rows)
}

func (c *columnFacts) mostlyOnce(values map[string]int) bool {
	once := 0
	for _, n := range values {
		if n == 1 {
			once++
		}
	}
	return c.rows >= 100 && 2*once > len(values)
}
