package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// Reporter shows runs to people (a table and, on a terminal, a progress bar) or to scripts (JSON).
type Reporter struct {
	out, err io.Writer
	json     bool
	terminal bool

	run     Run
	columns []epochColumn
	bar     *bar
	counted int // rows, of which the whole is not known
	skipped int // bad lines that were left out
	lines   []line
}

// Run describes a run of one solver.
type Run struct {
	Model, Solver string
	Metrics       []metrics.Metric // that are shown for each epoch
	Valid, Test   bool             // which parts are measured after every epoch
	Samples       int              // of an epoch
	Within        bool             // whether there are evaluations within epochs
	Scheduled     bool             // whether the learning rate changes
	BestAUC       float64          // best possible AUC of the test part; 0 if it is not known
	Facts         []string         // what is trained, on what: lines of a header
	// IsBest says whether an epoch is the best so far; nil: nobody knows.
	IsBest func(metrics.Epoch) bool
}

// line is what the comparison of solvers needs of an epoch.
type line struct {
	solver string
	auc    float64 // of the test part if it is measured after every epoch, else of the validation part; NaN without one
}

// NewReporter makes a reporter that prints figures to out and everything else to err.
func NewReporter(out, err io.Writer, asJSON bool) *Reporter {
	return &Reporter{out: out, err: err, json: asJSON, terminal: isTerminal(err)}
}

// Note prints a line for people, in place of the progress bar, which is drawn again below it.
func (r *Reporter) Note(text string) {
	if r.bar != nil {
		r.bar.clear()
	}
	fmt.Fprintf(r.err, "zoo: %s\n", text)
}

// skipsShown is how many bad lines are reported one by one.
const skipsShown = 5

// Skipped reports a bad line that is left out. After the first few they are only counted.
func (r *Reporter) Skipped(err error) {
	if r.skipped++; r.skipped <= skipsShown {
		r.Note(fmt.Sprintf("left out: %v", err))
	}
}

// EndReading removes the progress bar, and says how many bad lines were left out if not all were shown.
func (r *Reporter) EndReading() {
	r.EndBar()
	if r.skipped > skipsShown {
		r.Note(fmt.Sprintf("left out: %d bad lines in all", r.skipped))
	}
	r.skipped = 0
}

// RowsRead shows the progress of reading a log on a terminal: the rows so far, and their share of the log.
func (r *Reporter) RowsRead(rows int, share float64) {
	if !r.terminal {
		return
	}
	const parts = 1000
	if r.bar == nil {
		r.bar = newBar(r.err, parts, "rows")
	}
	r.bar.set(fmt.Sprintf("%d rows", rows), int(share*parts), rows)
}

// Rows counts n more rows on a terminal, and shows their rate.
func (r *Reporter) Rows(what string, n int) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar, r.counted = newBar(r.err, -1, "rows"), 0
	}
	r.counted += n
	r.bar.set(fmt.Sprintf("%s, %d rows", what, r.counted), 0, r.counted)
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
	width := widthOf(r.out)
	title := []string{r.run.Model + " with " + r.run.Solver}
	if r.run.BestAUC > 0 {
		title = append(title, fmt.Sprintf("(best possible test AUC %.4f)", r.run.BestAUC))
	}
	fmt.Fprintf(r.out, "\n%s\n", wrapped(title, width))
	for _, fact := range r.run.Facts {
		fmt.Fprintln(r.out, wrapped(strings.Fields(fact), width))
	}
	r.columns = r.run.columns(width)
	fmt.Fprintln(r.out, row("epoch ", r.columns, nil))
}

// Step moves the progress bar.
func (r *Reporter) Step(s train.Step) {
	if !r.terminal {
		return
	}
	if r.bar == nil {
		r.bar = newBar(r.err, s.Total, "samples")
	}
	r.bar.set(fmt.Sprintf("%s epoch %d", r.run.Solver, s.Epoch), s.Samples, s.Samples)
}

// Epoch prints the figures of an epoch.
func (r *Reporter) Epoch(e metrics.Epoch) error {
	r.EndBar()
	figures := e.Test
	if !r.run.Test {
		figures = e.Valid
	}
	r.lines = append(r.lines, line{r.run.Solver, figures.AUC()})
	if r.json {
		return json.NewEncoder(r.out).Encode(r.record(e))
	}
	return r.print(e)
}

func (r *Reporter) print(e metrics.Epoch) error {
	mark := " "
	if r.run.IsBest != nil && r.run.IsBest(e) {
		mark = bestMark
	}
	line := row(fmt.Sprintf("%5s%s", r.run.epochs(e), mark), r.columns, &e)
	if e.Partial {
		line = wrapped([]string{line, " partial: interrupted in this epoch"}, widthOf(r.out))
	}
	_, err := fmt.Fprintln(r.out, line)
	if err != nil || e.Diagnostics == nil {
		return err
	}
	return r.diagnostics(e.Diagnostics)
}

// bestMark is behind the number of an epoch that was better than all before it.
const bestMark = "*"

// Best closes a run with the figures of its best epoch.
func (r *Reporter) Best(e metrics.Epoch) error {
	if r.json {
		o := Object{{"model", r.run.Model}, {"solver", r.run.Solver}, {"best_epoch", e.Epoch}, {"steps", e.Steps}}
		r.run.addShare(&o, e)
		o.AddFigures("valid_", e.Valid, r.run.Metrics)
		o.AddFigures("test_", e.Test, r.run.Metrics)
		return json.NewEncoder(r.out).Encode(o)
	}
	parts := []string{fmt.Sprintf("best epoch %s:", r.run.epochs(e)), r.inWords("valid", e.Valid)}
	if e.Test != nil {
		parts[1] += ","
		parts = append(parts, r.inWords("test", e.Test))
	}
	_, err := fmt.Fprintln(r.out, wrapped(parts, widthOf(r.out)))
	return err
}

// inWords lists the figures of a part that have a goal.
func (r *Reporter) inWords(part string, f *metrics.Figures) string {
	var list []string
	for _, m := range r.run.Metrics {
		if m.Goal != metrics.NoGoal {
			list = append(list, m.Heading()+" "+m.Format(f.Value(m.Name)))
		}
	}
	return part + " " + strings.Join(list, ", ")
}

// EndBar removes the progress bar.
func (r *Reporter) EndBar() {
	if r.bar != nil {
		r.bar.clear()
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
	part := "Test"
	if !r.run.Test {
		part = "Validation"
	}
	fmt.Fprintf(r.out, "\n%s AUC by epoch\n", part)
	w := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	for i, l := range r.lines {
		if i == 0 || l.solver != r.lines[i-1].solver {
			if i > 0 {
				fmt.Fprintln(w)
			}
			fmt.Fprint(w, l.solver)
		}
		fmt.Fprint(w, "\t"+decimals(l.auc, 4))
	}
	fmt.Fprintln(w)
	w.Flush()
}
