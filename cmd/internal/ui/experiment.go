package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
)

// ExperimentReporter shows the progress of a grid: a line for each run that ends and, on a terminal, a progress bar. Elsewhere
// the lines say how much time is left.
type ExperimentReporter struct {
	out, err io.Writer
	terminal bool
	bar      *bar
	latest   *experiment.Record
	began    time.Time
}

// sharesOfBar are the parts of the bar over all runs of a grid.
const sharesOfBar = 10_000

// NewExperimentReporter makes a reporter that prints runs to out and draws the progress bar on err.
func NewExperimentReporter(out, err io.Writer) *ExperimentReporter {
	return &ExperimentReporter{out: out, err: err, terminal: isTerminal(err)}
}

// Progress shows a new state of the grid.
func (r *ExperimentReporter) Progress(p experiment.Progress) {
	if r.began.IsZero() {
		r.began = time.Now()
	}
	if p.Latest != r.latest {
		r.latest = p.Latest
		r.End()
		fmt.Fprintln(r.out, fitted(fmt.Sprintf("%d/%d  %s%s", p.DoneRuns, p.Runs, DescribeRun(p.Latest), r.left(p)), widthOf(r.out)))
	}
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = newBar(r.err, sharesOfBar, "samples")
	}
	r.bar.set(fmt.Sprintf("run %d of %d", min(p.DoneRuns+1, p.Runs), p.Runs), int(p.Share*sharesOfBar), p.DoneSamples)
}

// left says how much time is left where no bar says so; "" if that is not known yet, or if nothing is left.
func (r *ExperimentReporter) left(p experiment.Progress) string {
	elapsed := time.Since(r.began)
	if r.terminal || elapsed < soon || p.Share <= 0 || p.DoneRuns == p.Runs {
		return ""
	}
	left := time.Duration(float64(elapsed) * (1 - p.Share) / p.Share)
	return fmt.Sprintf("  %v left", left.Round(time.Second))
}

// End clears the bar.
func (r *ExperimentReporter) End() {
	if r.bar != nil {
		r.bar.clear()
	}
}

// WritePlanned prints how many runs are recorded and how many are left, by data set, model and method.
func WritePlanned(out io.Writer, list []experiment.Planned) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "data\tmodel\tmethod\trecorded\tleft")
	recorded, left := 0, 0
	for _, p := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\n", p.Data, p.Model, p.Method, p.Recorded, p.Left)
		recorded, left = recorded+p.Recorded, left+p.Left
	}
	fmt.Fprintf(w, "all\t\t\t%d\t%d\n", recorded, left)
	return w.Flush()
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
