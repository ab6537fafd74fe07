package ui

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar is a progress bar on a terminal, removed at its end. It says how fast things go as soon as that is known, and leaves
// room at the end of its line: the ^C of an interruption would otherwise begin another line, and the bar stay.
type bar struct {
	drawn   *progressbar.ProgressBar
	unit    string // of what is counted
	parts   int    // of the whole; -1: it is not known how many
	columns int

	began time.Time
	first state // which may not be the beginning: a run goes on where it was
}

// state is how far things have come.
type state struct {
	part    int
	counted int
}

// How wide the parts of a line are.
const (
	roomForInterrupt = 3
	widthOfShare     = len(" 100% ||")
	narrowestBar     = 5
	widestBar        = 20
)

// width returns that of the bar itself.
func (b *bar) width() int { return max(narrowestBar, min(widestBar, b.columns/2-widestBar)) }

// newBar makes a bar of so many parts, -1 if it is not known how many, over things that are counted in a unit.
func newBar(w io.Writer, parts int, unit string) *bar {
	b := &bar{unit: unit, parts: parts, columns: widthOf(w) - roomForInterrupt}
	// What the library does not know to be a terminal it does not measure.
	b.drawn = progressbar.NewOptions(parts, progressbar.OptionSetWriter(struct{ io.Writer }{w}), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionUseANSICodes(true), progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetWidth(b.width()))
	return b
}

// set draws the bar after so many parts, and so many counted things.
func (b *bar) set(what string, part, counted int) {
	now := state{part, counted}
	if b.began.IsZero() {
		b.began, b.first = time.Now(), now
	}
	// The bar is for looking at: an error in drawing it changes nothing.
	b.drawn.Describe(b.text(what, now, time.Since(b.began)))
	if b.parts > 0 {
		_ = b.drawn.Set(min(part, b.parts-1)) // the last part removes the bar
	} else {
		_ = b.drawn.Add(1)
	}
}

// soon is how long a speed is not known.
const soon = time.Second

// text is what is written before the bar, as much of it as fits.
func (b *bar) text(what string, now state, elapsed time.Duration) string {
	room := b.columns - widthOfShare - b.width()
	if elapsed < soon || now.counted <= b.first.counted {
		return cut(what, room)
	}
	texts := []string{what, fmt.Sprintf(", %.0f %s/s", float64(now.counted-b.first.counted)/elapsed.Seconds(), b.unit)}
	if b.parts > 0 && now.part > b.first.part {
		left := elapsed.Seconds() * float64(b.parts-now.part) / float64(now.part-b.first.part)
		texts = append(texts, fmt.Sprintf(", %v left", time.Duration(left+0.5)*time.Second))
	}
	line := texts[0]
	for _, t := range texts[1:] {
		if len(line)+len(t) <= room {
			line += t
		}
	}
	return cut(line, room)
}

// cut shortens a text to a width.
func cut(text string, width int) string {
	if len(text) <= width {
		return text
	}
	return text[:max(0, width)]
}

// clear removes the bar.
func (b *bar) clear() { _ = b.drawn.Clear() }

// isTerminal reports whether w is a terminal, where a progress bar can be drawn.
func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}
