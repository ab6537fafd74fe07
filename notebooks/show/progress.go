package show

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Progress is a line that rewrites itself: how far a loop has come.
type Progress struct {
	name  string
	total int
	out   func() io.Writer
	now   func() time.Time
	last  time.Time
	width int // of the line as last printed
}

const (
	barWidth = 24
	interval = 100 * time.Millisecond // between two states of the line
)

// NewProgress starts the progress of a loop with total turns.
func NewProgress(name string, total int) *Progress {
	// A notebook puts another file in the place of os.Stdout for every cell.
	return &Progress{name: name, total: total, now: time.Now, out: func() io.Writer { return os.Stdout }}
}

// Show says that so many turns are done, with a note, for example the loss. Most states are
// skipped; the last one, when all is done, never is.
func (p *Progress) Show(done int, note string) {
	now := p.now()
	end := done >= p.total
	if !end && now.Sub(p.last) < interval {
		return
	}
	p.last = now
	full := barWidth
	if !end {
		full = barWidth * max(0, done) / p.total
	}
	line := fmt.Sprintf("%s [%s%s] %s of %s  %s", p.name, strings.Repeat("#", full), strings.Repeat(".", barWidth-full),
		group(int64(done)), group(int64(p.total)), note)
	rest := strings.Repeat(" ", max(0, p.width-len(line))) // of the line before, if that was longer
	p.width = len(line)
	fmt.Fprint(p.out(), "\r"+line+rest)
	if end {
		fmt.Fprintln(p.out())
	}
}

// Steps returns a function for the OnStep of a train.Run. It shows each epoch as a line of its own,
// with the mean loss since its start.
func Steps(name string) func(train.Step) {
	var p *Progress
	var epoch, samples int
	var sum float64
	return func(s train.Step) {
		if s.Epoch != epoch {
			p = NewProgress(fmt.Sprintf("%s, epoch %d", name, s.Epoch), s.Total)
			epoch, samples, sum = s.Epoch, 0, 0
		}
		sum += s.Loss * float64(s.Samples-samples)
		samples = s.Samples
		p.Show(s.Samples, fmt.Sprintf("loss %.4f", sum/float64(s.Samples)))
	}
}
