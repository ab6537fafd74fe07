package show

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Table is a table that a notebook shows; elsewhere it prints as aligned text.
type Table struct {
	header []string
	rows   [][]string
	right  []bool // columns that hold only numbers and empty cells
}

// NewTable starts a table with the given column heads.
func NewTable(header ...string) *Table {
	t := &Table{header: header, right: make([]bool, len(header))}
	for i := range t.right {
		t.right[i] = true
	}
	return t
}

// Row adds a row, one cell for each column, and returns the table. Floats get four digits after
// the point, integers are grouped by thousands, anything else is printed as fmt.Sprint does. Cells
// that are missing are empty; what there is too much is left out.
func (t *Table) Row(cells ...any) *Table {
	row := make([]string, len(t.header))
	for i := range row {
		if i >= len(cells) {
			break
		}
		text, number := cell(cells[i])
		row[i] = text
		t.right[i] = t.right[i] && number
	}
	t.rows = append(t.rows, row)
	return t
}

// cell is the text of a cell, and whether it is a number or empty.
func cell(v any) (text string, number bool) {
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("%.4f", v), true
	case float32:
		return fmt.Sprintf("%.4f", v), true
	case int:
		return group(int64(v)), true
	case int32:
		return group(int64(v)), true
	case int64:
		return group(v), true
	}
	text = fmt.Sprint(v)
	return text, text == ""
}

// group writes 1234567 as 1,234,567.
func group(v int64) string {
	sign, digits := "", fmt.Sprint(v)
	if v < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// HTML is the table as HTML. It is what makes a notebook show it.
func (t *Table) HTML() string {
	var b strings.Builder
	b.WriteString("<table>\n")
	t.writeHTML(&b, "th", t.header)
	for _, row := range t.rows {
		t.writeHTML(&b, "td", row)
	}
	b.WriteString("</table>")
	return b.String()
}

func (t *Table) writeHTML(b *strings.Builder, tag string, row []string) {
	b.WriteString("<tr>")
	for i, text := range row {
		side := "left"
		if t.right[i] {
			side = "right"
		}
		fmt.Fprintf(b, `<%s style="text-align:%s">%s</%s>`, tag, side, html.EscapeString(text), tag)
	}
	b.WriteString("</tr>\n")
}

// String is the table as text.
func (t *Table) String() string {
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, text := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	var lines []string
	for _, row := range append([][]string{t.header}, t.rows...) {
		line := make([]string, len(row))
		for i, text := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(text))
			if t.right[i] {
				line[i] = space + text
			} else {
				line[i] = text + space
			}
		}
		lines = append(lines, strings.TrimRight(strings.Join(line, "  "), " "))
	}
	return strings.Join(lines, "\n")
}
