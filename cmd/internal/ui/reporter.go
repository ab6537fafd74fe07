package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/schollz/progressbar/v3"
)

// Reporter shows runs to people (a table and, on a terminal, a progress bar) or to scripts (JSON).
type Reporter struct {
	out, err io.Writer
	json     bool
	terminal bool

	run   Run
	bar   *progressbar.ProgressBar
	begun time.Time // the reading of a log
	lines []line
}

// Run describes a run of one solver.
type Run struct {
	Model, Solver string
	Metrics       []metrics.Metric // that are shown for each epoch
	BestAUC       float64          // best possible AUC of the test part; 0 if it is not known
}

// line is what the comparison of solvers needs of an epoch.
type line struct {
	solver string
	auc    float64 // of the test part; NaN if it was not measured
}

// NewReporter makes a reporter that prints figures to out and everything else to err.
func NewReporter(out, err io.Writer, asJSON bool) *Reporter {
	return &Reporter{out: out, err: err, json: asJSON, terminal: isTerminal(err)}
}

// Note prints a line for people.
func (r *Reporter) Note(text string) { fmt.Fprintf(r.err, "zoo: %s\n", text) }

// RowsRead shows the progress of reading a log on a terminal: the rows so far, and their share of the log.
func (r *Reporter) RowsRead(rows int, share float64) {
	if !r.terminal {
		return
	}
	const parts = 1000
	if r.bar == nil {
		r.begun = time.Now()
		r.bar = newBar(r.err, parts, progressbar.OptionSetPredictTime(true))
	}
	rate := float64(rows) / time.Since(r.begun).Seconds()
	r.bar.Describe(fmt.Sprintf("%d rows, %.0f rows/s", rows, rate))
	_ = r.bar.Set(int(share * parts)) // the bar is for looking at: an error in drawing it changes nothing
}

// Rows counts n more rows on a terminal, and shows their rate.
func (r *Reporter) Rows(what string, n int) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = newBar(r.err, -1, progressbar.OptionSetDescription(what),
			progressbar.OptionShowIts(), progressbar.OptionShowCount(), progressbar.OptionSetItsString("rows"))
	}
	_ = r.bar.Add(n) // the bar is for looking at: an error in drawing it changes nothing
}

// Written returns what shows the progress of writing: it is told the rows so far, and begins anew when they are fewer than
// before.
func (r *Reporter) Written() func(rows int, share float64) {
	done := 0
	return func(rows int, _ float64) {
		if rows < done {
			done = 0
		}
		r.Rows("writing", rows-done)
		done = rows
	}
}

// Start begins a run.
func (r *Reporter) Start(run Run) {
	r.run = run
	if !r.json {
		r.header()
	}
}

func (r *Reporter) header() {
	fmt.Fprintf(r.out, "\n%s with %s", r.run.Model, r.run.Solver)
	if r.run.BestAUC > 0 {
		fmt.Fprintf(r.out, " (best possible test AUC %.4f)", r.run.BestAUC)
	}
	fmt.Fprintf(r.out, "\n%5s  %10s", "epoch", "train loss")
	for i, m := range r.run.Metrics {
		fmt.Fprintf(r.out, "  %*s", r.width(i), heading(i, &m))
	}
	fmt.Fprintf(r.out, "  %8s  %9s\n", "emb norm", "samples/s")
}

// heading is that of the column of a metric. The first one says that the columns are of the test part.
func heading(i int, m *metrics.Metric) string {
	if i == 0 {
		return "test " + m.Heading()
	}
	return m.Heading()
}

// width is that of the column of a metric.
func (r *Reporter) width(i int) int { return max(8, len(heading(i, &r.run.Metrics[i]))) }

// Step moves the progress bar.
func (r *Reporter) Step(s train.Step) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = newBar(r.err, s.Total, progressbar.OptionSetDescription(fmt.Sprintf("%s epoch %d", r.run.Solver, s.Epoch)),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("samples"))
	}
	_ = r.bar.Set(s.Samples) // the bar is for looking at: an error in drawing it changes nothing
}

// Epoch prints the figures of an epoch.
func (r *Reporter) Epoch(e metrics.Epoch) error {
	if r.bar != nil {
		_ = r.bar.Finish()
		r.bar = nil
	}
	r.lines = append(r.lines, line{r.run.Solver, e.Test.AUC()})
	if r.json {
		return json.NewEncoder(r.out).Encode(r.record(e))
	}
	return r.print(e)
}

func (r *Reporter) print(e metrics.Epoch) error {
	var figures strings.Builder
	for i, m := range r.run.Metrics {
		fmt.Fprintf(&figures, "  %*s", r.width(i), m.Format(e.Test.Value(m.Name)))
	}
	partial := ""
	if e.Partial {
		partial = "  partial: interrupted in this epoch"
	}
	_, err := fmt.Fprintf(r.out, "%5d  %10.4f%s  %8.2f  %9.0f%s\n",
		e.Epoch, e.TrainLoss, figures.String(), e.EmbeddingNorm, e.SamplesPerSecond(), partial)
	if err != nil || e.Diagnostics == nil {
		return err
	}
	return r.diagnostics(e.Diagnostics)
}

// EndBar removes the progress bar.
func (r *Reporter) EndBar() {
	if r.bar != nil {
		_ = r.bar.Clear()
		r.bar = nil
	}
}

// Epochs is the number of epochs that were printed.
func (r *Reporter) Epochs() int { return len(r.lines) }

// End prints the comparison of the solvers, if there are several.
func (r *Reporter) End() {
	r.EndBar()
	if r.json || len(r.lines) == 0 || r.lines[0].solver == r.lines[len(r.lines)-1].solver {
		return
	}
	fmt.Fprintf(r.out, "\nTest AUC by epoch\n")
	w := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	for i, l := range r.lines {
		if i == 0 || l.solver != r.lines[i-1].solver {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprint(w, l.solver)
		}
		if math.IsNaN(l.auc) {
			fmt.Fprint(w, "\t-")
			continue
		}
		fmt.Fprintf(w, "\t%.4f", l.auc)
	}
	fmt.Fprintln(w)
	w.Flush()
}
