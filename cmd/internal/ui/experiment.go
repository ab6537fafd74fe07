package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
)

// ExperimentReporter shows the progress of a grid: a line for each run that ends and, on a terminal, a
// progress bar.
type ExperimentReporter struct {
	out, err io.Writer
	terminal bool
	bar      *bar
	latest   *experiment.Record
}

// NewExperimentReporter makes a reporter that prints runs to out and draws the progress bar on err.
func NewExperimentReporter(out, err io.Writer) *ExperimentReporter {
	return &ExperimentReporter{out: out, err: err, terminal: isTerminal(err)}
}

// Progress shows a new state of the grid.
func (r *ExperimentReporter) Progress(p experiment.Progress) {
	if p.Latest != r.latest {
		r.latest = p.Latest
		r.End()
		fmt.Fprintf(r.out, "%d/%d  %s\n", p.DoneRuns, p.Runs, DescribeRun(p.Latest))
	}
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = newBar(r.err, max(1, p.Samples), "samples")
	}
	r.bar.set(fmt.Sprintf("run %d of %d", min(p.DoneRuns+1, p.Runs), p.Runs), p.DoneSamples, p.DoneSamples)
}

// End clears the bar.
func (r *ExperimentReporter) End() {
	if r.bar != nil {
		r.bar.clear()
	}
}

// DescribeRun describes a run in one line.
func DescribeRun(r *experiment.Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  %s", r.DataLabel(), r.Model, r.Method)
	if len(r.Parameters) > 0 {
		parameters, _ := json.Marshal(r.Parameters) // finite numbers
		fmt.Fprintf(&b, " %s", parameters)
	}
	fmt.Fprintf(&b, "  seed %d  test AUC", r.Seed)
	for _, e := range r.Results {
		fmt.Fprintf(&b, " %.4f", float64(e.TestAUC))
	}
	fmt.Fprintf(&b, "  %.0f s", r.Seconds)
	return b.String()
}
