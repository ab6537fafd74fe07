package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/schollz/progressbar/v3"
)

// Reporter shows a run to people (a table and, on a terminal, a progress bar) or to scripts (JSON).
type Reporter struct {
	out, err io.Writer
	json     bool
	terminal bool

	model, solver string
	bestPossible  float64
	bar           *progressbar.ProgressBar
	begun         time.Time // the reading of a log
	records       []record
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

// Start begins the run of one solver.
func (r *Reporter) Start(model, solver string, bestPossible float64) {
	r.model, r.solver, r.bestPossible = model, solver, bestPossible
	if !r.json {
		r.header()
	}
}

func (r *Reporter) header() {
	fmt.Fprintf(r.out, "\n%s with %s", r.model, r.solver)
	if r.bestPossible > 0 {
		fmt.Fprintf(r.out, " (best possible test AUC %.4f)", r.bestPossible)
	}
	fmt.Fprintf(r.out, "\n%5s  %10s  %8s  %9s  %11s  %8s  %9s\n",
		"epoch", "train loss", "test AUC", "log loss", "calibration", "emb norm", "samples/s")
}

// Step moves the progress bar.
func (r *Reporter) Step(s zoo.Step) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = newBar(r.err, s.Total, progressbar.OptionSetDescription(fmt.Sprintf("%s epoch %d", r.solver, s.Epoch)),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("samples"))
	}
	_ = r.bar.Set(s.Samples) // the bar is for looking at: an error in drawing it changes nothing
}

// Epoch prints the figures of an epoch.
func (r *Reporter) Epoch(e zoo.Epoch) error {
	if r.bar != nil {
		_ = r.bar.Finish()
		r.bar = nil
	}
	rec := r.record(e)
	r.records = append(r.records, rec)
	if r.json {
		return json.NewEncoder(r.out).Encode(rec)
	}
	return r.line(e)
}

func (r *Reporter) line(e zoo.Epoch) error {
	auc, loss, calibration := math.NaN(), math.NaN(), math.NaN()
	if e.Test != nil {
		auc, loss, calibration = e.Test.AUC, e.Test.LogLoss, e.Test.Calibration
	}
	partial := ""
	if e.Partial {
		partial = "  partial: interrupted in this epoch"
	}
	_, err := fmt.Fprintf(r.out, "%5d  %10.4f  %8.4f  %9.4f  %11.3f  %8.2f  %9.0f%s\n",
		e.Epoch, e.TrainLoss, auc, loss, calibration, e.EmbeddingNorm, e.SamplesPerSecond(), partial)
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
func (r *Reporter) Epochs() int { return len(r.records) }

// End prints the comparison of the solvers, if there are several.
func (r *Reporter) End() {
	r.EndBar()
	if r.json || len(r.records) == 0 || r.records[0].Solver == r.records[len(r.records)-1].Solver {
		return
	}
	fmt.Fprintf(r.out, "\nTest AUC by epoch\n")
	w := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	for i, rec := range r.records {
		if i == 0 || rec.Solver != r.records[i-1].Solver {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprint(w, rec.Solver)
		}
		if rec.TestAUC == nil {
			fmt.Fprint(w, "\t-")
			continue
		}
		fmt.Fprintf(w, "\t%.4f", *rec.TestAUC)
	}
	fmt.Fprintln(w)
	w.Flush()
}
