package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"text/tabwriter"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// reporter shows a run to people (a table and, on a terminal, a progress bar) or to scripts (JSON).
type reporter struct {
	out, err io.Writer
	json     bool
	terminal bool

	model, solver string
	bestPossible  float64
	bar           *progressbar.ProgressBar
	begun         time.Time // the reading of a log
	records       []record
}

// record is what --json prints for each epoch.
type record struct {
	Model            string   `json:"model"`
	Solver           string   `json:"solver"`
	Epoch            int      `json:"epoch"`
	Steps            int      `json:"steps"`
	TrainLoss        *float64 `json:"train_loss"`
	TestAUC          *float64 `json:"test_auc,omitempty"`
	TestLogLoss      *float64 `json:"test_logloss,omitempty"`
	TestCalibration  *float64 `json:"test_calibration,omitempty"`
	ValidAUC         *float64 `json:"valid_auc,omitempty"`
	EmbeddingNorm    *float64 `json:"embedding_norm"`
	SamplesPerSecond float64  `json:"samples_per_second"`
	Seconds          float64  `json:"seconds"`
	BestPossibleAUC  float64  `json:"best_possible_auc,omitempty"`
	Partial          bool     `json:"partial,omitempty"`

	Diagnostics *zoo.Diagnostics `json:"diagnostics,omitempty"`
}

// finite is a pointer to v, or nil, which JSON prints as null, if v is NaN or infinite.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func newReporter(out, err io.Writer, asJSON bool) *reporter {
	file, isFile := err.(*os.File)
	return &reporter{out: out, err: err, json: asJSON, terminal: isFile && term.IsTerminal(int(file.Fd()))}
}

// note tells people what goes on.
func (r *reporter) note(text string) { fmt.Fprintf(r.err, "zoo: %s\n", text) }

// rowsRead shows on a terminal how far the reading of a log is.
func (r *reporter) rowsRead(rows int, share float64) {
	if !r.terminal {
		return
	}
	const parts = 1000
	if r.bar == nil {
		r.begun = time.Now()
		r.bar = progressbar.NewOptions(parts, progressbar.OptionSetWriter(r.err), progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100e6), progressbar.OptionClearOnFinish())
	}
	rate := float64(rows) / time.Since(r.begun).Seconds()
	r.bar.Describe(fmt.Sprintf("%d rows, %.0f rows/s", rows, rate))
	_ = r.bar.Set(int(share * parts)) // the bar is for looking at: an error in drawing it changes nothing
}

// rows counts rows on a terminal, with their rate.
func (r *reporter) rows(what string, n int) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(r.err), progressbar.OptionSetDescription(what),
			progressbar.OptionShowIts(), progressbar.OptionShowCount(), progressbar.OptionSetItsString("rows"),
			progressbar.OptionThrottle(100e6), progressbar.OptionClearOnFinish())
	}
	_ = r.bar.Add(n) // the bar is for looking at: an error in drawing it changes nothing
}

// start begins the run of one solver.
func (r *reporter) start(model, solver string, bestPossible float64) {
	r.model, r.solver, r.bestPossible = model, solver, bestPossible
	if !r.json {
		r.header()
	}
}

func (r *reporter) header() {
	fmt.Fprintf(r.out, "\n%s with %s", r.model, r.solver)
	if r.bestPossible > 0 {
		fmt.Fprintf(r.out, " (best possible test AUC %.4f)", r.bestPossible)
	}
	fmt.Fprintf(r.out, "\n%5s  %10s  %8s  %9s  %11s  %8s  %9s\n",
		"epoch", "train loss", "test AUC", "log loss", "calibration", "emb norm", "samples/s")
}

// step moves the progress bar.
func (r *reporter) step(s zoo.Step) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = progressbar.NewOptions(s.Total,
			progressbar.OptionSetWriter(r.err),
			progressbar.OptionSetDescription(fmt.Sprintf("%s epoch %d", r.solver, s.Epoch)),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("samples"),
			progressbar.OptionThrottle(100e6), progressbar.OptionClearOnFinish())
	}
	_ = r.bar.Set(s.Samples) // the bar is for looking at: an error in drawing it changes nothing
}

// epoch prints the figures of an epoch.
func (r *reporter) epoch(e zoo.Epoch) error {
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

func (r *reporter) record(e zoo.Epoch) record {
	rec := record{
		Model: r.model, Solver: r.solver, Epoch: e.Epoch, Steps: e.Steps,
		TrainLoss: finite(e.TrainLoss), EmbeddingNorm: finite(e.EmbeddingNorm),
		SamplesPerSecond: e.SamplesPerSecond(), Seconds: e.Seconds,
		BestPossibleAUC: r.bestPossible, Partial: e.Partial, Diagnostics: e.Diagnostics,
	}
	if e.Test != nil {
		rec.TestAUC, rec.TestLogLoss, rec.TestCalibration = finite(e.Test.AUC), finite(e.Test.LogLoss), finite(e.Test.Calibration)
	}
	if e.Valid != nil {
		rec.ValidAUC = finite(e.Valid.AUC)
	}
	return rec
}

func (r *reporter) line(e zoo.Epoch) error {
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

// diagnostics prints them below the line of their epoch.
func (r *reporter) diagnostics(d *zoo.Diagnostics) error {
	w := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\trows\tnorm\tmean lambda\tzero\t")
	for _, part := range []struct {
		title  string
		groups []zoo.RowGroup
	}{{"", d.Fields}, {"bucket ", d.Buckets}} {
		for _, g := range part.groups {
			fmt.Fprintf(w, "%s%s\t%d\t%.3f\t%.5f\t%.1f %%\t\n", part.title, g.Name, g.Rows, g.Norm, g.MeanLambda, 100*g.ZeroShare)
		}
	}
	for _, l := range d.Layers {
		fmt.Fprintf(w, "%s\t\t%.3f\t\t\t\n", l.Name, l.Norm)
	}
	b := d.Rademacher
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(r.out, "Rademacher bound %.4g = layers %.4g x embeddings %.4g x depth %.4g x input %.4g / %d samples\n\n",
		b.Bound, b.Layers, b.Embeddings, b.Depth, b.Input, b.Samples)
	return err
}

// endBar takes the progress bar away.
func (r *reporter) endBar() {
	if r.bar != nil {
		_ = r.bar.Clear()
		r.bar = nil
	}
}

// end prints the comparison, if there is something to compare.
func (r *reporter) end() {
	r.endBar()
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
