package report

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// WriteMarkdown writes the tables of a report.
func WriteMarkdown(w io.Writer, tables []*Table) error {
	var b strings.Builder
	if claims := Claims(tables); claims != nil {
		b.WriteString("## Claims of the paper\n\n")
		writeClaims(&b, tables)
		b.WriteString("\n")
	}
	for i, t := range sections(tables) {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s\n\n", t.Name())
		fmt.Fprintf(&b, "%s AUC after epochs 1 to %d, mean over %s. %s\n\n", title(t.Part()), t.Epochs, t.seeds(), bold)
		t.aucs(&b)
		b.WriteString("\nThe last epoch: standard deviation over the seeds, and the coefficient that the validation part chose.\n\n")
		t.deviations(&b)
		b.WriteString("\nAfter the best epoch of the validation part, mean over the seeds.\n\n")
		t.Best().markdown(&b)
		b.WriteString("\nHow the runs were made.\n\n")
		t.Settings().markdown(&b)
		t.Metrics().markdown(&b)
		if left := t.LeftOut(tables); left != nil {
			b.WriteString("\nAUC with fields or values left out of the data, and its fall from the best epoch to the last.\n\n")
			left.markdown(&b)
		}
		for _, test := range t.Tests() {
			fmt.Fprintf(&b, "\n%s\n", test)
		}
		for _, f := range t.Findings() {
			fmt.Fprintf(&b, "\n- %s", f)
		}
		if len(t.Findings()) > 0 {
			b.WriteString("\n")
		}
		t.caveats(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// seeds says how many runs there are in a cell.
func (t *Table) seeds() string {
	least, most := math.MaxInt, 0
	for _, c := range t.Cells {
		if c != nil {
			least, most = min(least, len(c.Runs)), max(most, len(c.Runs))
		}
	}
	switch {
	case most == 1:
		return "1 seed"
	case least == most:
		return fmt.Sprintf("%d seeds", most)
	}
	return fmt.Sprintf("%d to %d seeds", least, most)
}

func (t *Table) aucs(b *strings.Builder) {
	b.WriteString("| method |")
	for _, model := range t.Models {
		for e := range t.Epochs {
			fmt.Fprintf(b, " %s E%d |", model, e+1)
		}
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(t.Models)*t.Epochs) + "\n")
	for _, method := range t.Methods {
		fmt.Fprintf(b, "| %s |", method)
		for _, model := range t.Models {
			c := t.Cell(method, model)
			for e := range t.Epochs {
				fmt.Fprintf(b, " %s |", t.auc(c, e, "**%.4f**"))
			}
		}
		b.WriteString("\n")
	}
}

// auc is one figure of a cell, in the format of bold if it is the best.
func (t *Table) auc(c *Cell, epoch int, bold string) string {
	switch {
	case c == nil || epoch >= len(c.Mean):
		return ""
	case math.IsNaN(c.Mean[epoch]):
		return "-"
	case t.isBest(c, epoch):
		return fmt.Sprintf(bold, c.Mean[epoch])
	}
	return fmt.Sprintf("%.4f", c.Mean[epoch])
}

func (t *Table) deviations(b *strings.Builder) {
	fmt.Fprintf(b, "| method | %s |\n|---|%s\n", strings.Join(t.Models, " | "), strings.Repeat("---|", len(t.Models)))
	for _, method := range t.Methods {
		fmt.Fprintf(b, "| %s |", method)
		for _, model := range t.Models {
			fmt.Fprintf(b, " %s |", t.Cell(method, model).describe())
		}
		b.WriteString("\n")
	}
}

// describe tells deviation and coefficient of a cell.
func (c *Cell) describe() string {
	if c == nil {
		return ""
	}
	text := ""
	if d := c.Deviation[len(c.Deviation)-1]; !math.IsNaN(d) {
		text = fmt.Sprintf("± %.4f", d)
	}
	return strings.TrimSpace(text + " " + c.coefficients())
}

// coefficients lists those of the solver.
func (c *Cell) coefficients() string {
	r, text := c.Runs[0], ""
	for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
		text += fmt.Sprintf(" %s %g", name, r.Parameters[name])
	}
	if len(r.Parameters) == 0 && strings.Contains(r.Solver, "(") { // a run that no grid made
		text += " " + r.Solver
	}
	if r.Buckets > 0 {
		text += fmt.Sprintf(" AR on buckets 1-%d of %d, decay %g on the rest", r.AdaptiveBuckets, r.Buckets, r.BucketDecay)
	}
	return strings.TrimSpace(text)
}

// bold says what bold figures are.
const bold = "Bold is the best of a column where it is significantly better than the second best: after the last epoch, where the scores " +
	"of the samples were kept, the 95 % interval of a bootstrap over seeds and samples is above zero; else a paired t-test over the seeds, " +
	"or of one seed DeLong's test, has p < 0.05."

// title begins a word with a capital.
func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// Tests returns DeLong's tests of the best method of each model against the runner-up, and the bootstrap's intervals.
func (t *Table) Tests() (list []string) {
	for _, c := range t.Cells {
		if c == nil || len(c.Comparisons) == 0 {
			continue
		}
		var seeds []string
		for _, test := range c.Comparisons {
			seeds = append(seeds, fmt.Sprintf("%.4f against %.4f, p = %.2g", test.BestAUC, test.RunnerUpAUC, test.P))
		}
		text := fmt.Sprintf("DeLong's test on %s, %s against the runner-up after the last epoch, by seed: %s.", c.Model, c.Method, strings.Join(seeds, "; "))
		if i := c.Interval; i != nil {
			text += fmt.Sprintf(" Bootstrap over %d seeds and all samples: %+.4f, 95 %% interval %+.4f to %+.4f.", len(i.Best), i.Mean, i.Low, i.High)
		}
		list = append(list, text)
	}
	return list
}
