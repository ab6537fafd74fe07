package ui

import (
	"bytes"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Aligned prints tables. Every cell ends in a tab, the first line of a table has the headings, and an empty line ends it. Columns are
// aligned to the right. Where a table is wider than the terminal, each of its rows is a paragraph instead, in which the headings are
// before the cells.
type Aligned struct {
	out   io.Writer
	width int
	text  bytes.Buffer
}

// NewAligned makes a printer of tables. Nothing is printed before Flush.
func NewAligned(out io.Writer) *Aligned { return &Aligned{out: out, width: widthOf(out)} }

// Write takes text of tables.
func (a *Aligned) Write(text []byte) (int, error) { return a.text.Write(text) }

// Flush prints what was written.
func (a *Aligned) Flush() error {
	tables := strings.SplitAfter(a.text.String(), "\n\n")
	a.text.Reset()
	for _, table := range tables {
		text, err := aligned(table)
		if err == nil && widest(text) > a.width {
			text = paragraphs(table, a.width)
		}
		if err == nil {
			_, err = io.WriteString(a.out, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func aligned(table string) (string, error) {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, err := io.WriteString(w, table)
	if err == nil {
		err = w.Flush()
	}
	return text.String(), err
}

// widest returns the number of characters of the longest line.
func widest(text string) (n int) {
	for line := range strings.Lines(text) {
		n = max(n, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
	}
	return n
}

// paragraphs writes each row of a table as lines of a width, below the first heading.
func paragraphs(table string, width int) string {
	var text strings.Builder
	var headings []string
	for line := range strings.Lines(table) {
		line = strings.TrimRight(line, "\n")
		switch cells := strings.Split(line, "\t"); {
		case len(cells) == 1: // a line that is no row
		case headings == nil:
			headings, line = cells, cells[0]
		default:
			line = sentence(headings, cells[:len(cells)-1])
		}
		text.WriteString(wrapped(strings.Fields(line), width) + "\n")
	}
	return text.String()
}

// sentence joins the cells of a row, with the headings before all but the first.
func sentence(headings, cells []string) string {
	list := cells[:1:1]
	for i, cell := range cells[1:] {
		if heading := headings[i+1]; cell != "" && heading != "" {
			cell = heading + " " + cell
		}
		if cell != "" {
			list = append(list, cell)
		}
	}
	return strings.Join(list, ", ")
}
