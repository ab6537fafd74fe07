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
	for i, t := range tables {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "## %s: %s\n\n", t.Grid, t.Data)
		fmt.Fprintf(&b, "Test AUC after epochs 1 to %d, mean over %s. The best of each column is bold.\n\n", t.Epochs, t.seeds())
		t.aucs(&b)
		b.WriteString("\nThe last epoch: standard deviation over the seeds, and the coefficient that the validation part chose.\n\n")
		t.deviations(&b)
		t.Metrics().markdown(&b)
		t.tests(&b)
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
	r := c.Runs[0]
	for _, name := range slices.Sorted(maps.Keys(r.Parameters)) {
		text += fmt.Sprintf(" %s %g", name, r.Parameters[name])
	}
	if r.Buckets > 0 {
		text += fmt.Sprintf(" AR on buckets 1-%d of %d, decay %g on the rest", r.AdaptiveBuckets, r.Buckets, r.BucketDecay)
	}
	return strings.TrimSpace(text)
}

// tests tells DeLong's tests of the best method of each model against the runner-up.
func (t *Table) tests(b *strings.Builder) {
	for _, c := range t.Cells {
		if c == nil || len(c.Comparisons) == 0 {
			continue
		}
		fmt.Fprintf(b, "\nDeLong's test on %s, %s against the runner-up after the last epoch, by seed:", c.Model, c.Method)
		for i, test := range c.Comparisons {
			if i > 0 {
				b.WriteString(";")
			}
			fmt.Fprintf(b, " %.4f against %.4f, p = %.2g", test.BestAUC, test.RunnerUpAUC, test.P)
		}
		b.WriteString(".\n")
	}
}
