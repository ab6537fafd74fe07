package ui

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"golang.org/x/term"
)

// column is one of a table of epochs, or of days.
type column[T any] struct {
	heading string
	width   int
	spare   int // where the terminal is too narrow, the columns with the highest leave first; 0: never
	cell    func(T) string
}

type epochColumn = column[metrics.Epoch]

// row joins the headings of columns, or with a value their cells, behind the first one.
func row[T any](first string, list []column[T], of *T) string {
	for _, c := range list {
		text := c.heading
		if of != nil {
			text = c.cell(*of)
		}
		first += fmt.Sprintf("  %*s", c.width, text)
	}
	return first
}

// How much a column can be spared.
const (
	needed = iota
	otherFigure
	speed
	norm
	extra
)

// columns are those of a run, as many as fit in a width.
func (r *Run) columns(width int) []epochColumn {
	var list []epochColumn
	if r.Within {
		list = append(list, epochColumn{"step", 6, extra, func(e metrics.Epoch) string { return strconv.Itoa(e.Steps) }})
	}
	list = append(list, epochColumn{"train loss", 10, needed, func(e metrics.Epoch) string { return decimals(e.TrainLoss, 4) }})
	if r.Valid {
		list = append(list, r.figures("valid", func(e metrics.Epoch) *metrics.Figures { return e.Valid })...)
	}
	if r.Test {
		list = append(list, r.figures("test", func(e metrics.Epoch) *metrics.Figures { return e.Test })...)
	}
	if r.Scheduled {
		list = append(list, epochColumn{"rate", 8, extra, func(e metrics.Epoch) string { return fmt.Sprintf("%.3g", e.LearnRate) }})
	}
	list = append(list,
		epochColumn{"emb norm", 8, norm, func(e metrics.Epoch) string { return decimals(e.EmbeddingNorm, 2) }},
		epochColumn{"samples/s", 9, speed, func(e metrics.Epoch) string { return decimals(e.SamplesPerSecond(), 0) }})
	return fit(list, len("epoch "), width)
}

// epochs returns the number of an epoch, or with decimals how many were trained before an evaluation within one.
func (r *Run) epochs(e metrics.Epoch) string {
	if e.Batches == 0 {
		return strconv.Itoa(e.Epoch)
	}
	return fmt.Sprintf("%.2f", float64(e.Epoch-1)+float64(e.Samples)/float64(r.Samples))
}

// figures are the columns of a part. The first one names the part. Beside another part, figures without a goal are left out.
func (r *Run) figures(part string, of func(metrics.Epoch) *metrics.Figures) (list []epochColumn) {
	for _, m := range r.Metrics {
		if m.Detail || m.Goal == metrics.NoGoal && r.Valid {
			continue
		}
		heading, spare := m.Heading(), otherFigure
		if len(list) == 0 {
			heading, spare = part+" "+heading, needed
		}
		list = append(list, epochColumn{heading, max(8, len(heading)), spare, func(e metrics.Epoch) string { return m.Format(of(e).Value(m.Name)) }})
	}
	return list
}

// fit leaves columns out until the others, behind a first one of a width of its own, fit in a width.
func fit[T any](list []column[T], first, width int) []column[T] {
	for {
		total, last := first, -1
		for i, c := range list {
			total += c.width + 2
			if c.spare > needed && (last < 0 || c.spare >= list[last].spare) {
				last = i
			}
		}
		if total <= width || last < 0 {
			return list
		}
		list = append(list[:last:last], list[last+1:]...)
	}
}

// decimals writes a number, or a dash if it does not exist.
func decimals(v float64, n int) string {
	if v != v {
		return "-"
	}
	return fmt.Sprintf("%.*f", n, v)
}

// widthOf returns the columns of a terminal; what is no terminal has room for all.
func widthOf(w io.Writer) int {
	if file, isFile := w.(*os.File); isFile {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 1 << 10
}

// Hanging prints lines of words behind a name, and wraps those that are wider than the terminal. Empty lines are left out.
func Hanging(w io.Writer, name string, indent int, lines ...string) error {
	width := widthOf(w)
	for _, line := range lines {
		if line == "" {
			continue
		}
		text := wrapped(strings.Fields(line), max(1, width-indent+len("  ")))
		for part := range strings.SplitSeq(text, "\n") {
			if _, err := fmt.Fprintf(w, "%-*s %s\n", indent-1, name, strings.TrimPrefix(part, "  ")); err != nil {
				return err
			}
			name = ""
		}
	}
	return nil
}

// fitted returns a line, wrapped if it is wider than a width.
func fitted(line string, width int) string {
	if len(line) <= width {
		return line
	}
	return wrapped(strings.Fields(line), width)
}

// wrapped joins parts to lines of at most a width. The lines after the first begin with two spaces.
func wrapped(parts []string, width int) string {
	var lines []string
	line := ""
	for _, part := range parts {
		switch {
		case line == "":
			line = part
		case len(line)+1+len(part) <= width:
			line += " " + part
		default:
			lines, line = append(lines, line), "  "+part
		}
	}
	return strings.Join(append(lines, line), "\n")
}
