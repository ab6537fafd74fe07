package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/floats"
)

// Decision is a way to train, and what each method of a family is worth then: for a practitioner who chooses one.
type Decision struct {
	When    string
	Cells   int
	Methods []Worth
	Choose  string // the methods within close of the best, the plain one first
}

// Worth is what a method is worth in some cells.
type Worth struct {
	Method string
	Gain   float64 // of the test AUC on the plain method, the mean over the cells
	Best   int     // the cells in which it is the best
}

// close is by how much a mean gain may be below the best one and still be as good.
const close = 0.001

// Text is the worth as tables show it.
func (w Worth) Text() string { return fmt.Sprintf("%+.4f (%d)", w.Gain, w.Best) }

// situation is a way to train.
type situation struct {
	when  string // PLAIN is the name of the plain method
	of    func(c *contest) bool
	usage usage
}

var situations = []situation{
	{"one epoch", anywhere, oneEpoch},
	{"up to the epoch with the best validation AUC", anywhere, untilBest},
	{"all epochs, and PLAIN collapses", (*contest).collapses, allEpochs},
	{"all epochs, and PLAIN does not collapse", func(c *contest) bool { return !c.collapses() }, allEpochs},
}

func anywhere(*contest) bool { return true }

// collapses reports whether the plain method collapses.
func (c *contest) collapses() bool { return c.plain.fall() >= collapse }

// Decisions are those of the cells in which all methods of a family ran, so that each method is judged by the same cells; of tables
// without the test AUC of each epoch there are none.
func Decisions(tables []*Table) (list []Decision) {
	for _, f := range []family{adamFamily, adagradFamily} {
		all := slices.DeleteFunc(contests(tables, f), func(c *contest) bool { return len(c.all()) < f.size() || c.table.byValid })
		for _, s := range situations {
			if d, has := s.decide(all); has {
				list = append(list, d)
			}
		}
	}
	return list
}

// size is the number of methods.
func (f family) size() int {
	all := []string{f.plain, f.meda, f.sam, f.decay, f.l2, f.ar}
	return len(slices.DeleteFunc(all, func(solver string) bool { return solver == "" }))
}

// decide sums up the cells of a situation.
func (s situation) decide(all []*contest) (d Decision, has bool) {
	for _, c := range all {
		if !s.of(c) {
			continue
		}
		if d.Cells++; d.Cells == 1 {
			d.When = strings.ReplaceAll(s.when, "PLAIN", c.plain.Method)
			for _, cell := range c.all() {
				d.Methods = append(d.Methods, Worth{Method: cell.Method})
			}
		}
		s.add(&d, c)
	}
	d.choose()
	return d, d.Cells > 0
}

// add adds a cell of a data set and a model.
func (s situation) add(d *Decision, c *contest) {
	var aucs []float64
	for i, cell := range c.all() {
		aucs = append(aucs, c.table.worth(cell, s.usage))
		d.Methods[i].Gain += (aucs[i] - aucs[0] - d.Methods[i].Gain) / float64(d.Cells)
	}
	d.Methods[floats.MaxIdx(aucs)].Best++
}

func (d *Decision) choose() {
	most := math.Inf(-1)
	for _, m := range d.Methods {
		most = max(most, m.Gain)
	}
	var names []string
	for _, m := range d.Methods {
		if m.Gain >= most-close {
			names = append(names, m.Method)
		}
	}
	d.Choose = strings.Join(names, ", ")
}

// decisionsIntroduction says how to read the table.
const decisionsIntroduction = "Of each method the candidate counts that the validation part chooses for the way to train. By how much the test AUC is above that of the plain method, the mean over the cells in which all methods of the family " +
	"ran, and in brackets the number of cells in which the method is the best. The last column has the methods within 0.001 of the best: of " +
	"them take the simplest."

// writeDecisions writes the table as Markdown, with a head for each family.
func writeDecisions(b *strings.Builder, decisions []Decision) {
	if len(decisions) == 0 {
		return
	}
	b.WriteString("\nWhen to use which. " + decisionsIntroduction + "\n")
	plain := ""
	for _, d := range decisions {
		if name := d.Methods[0].Method; name != plain {
			plain = name
			b.WriteString("\n| you train | cells |")
			for _, m := range d.Methods {
				fmt.Fprintf(b, " %s |", m.Method)
			}
			fmt.Fprintf(b, " choose |\n|---|---|%s---|\n", strings.Repeat("---|", len(d.Methods)))
		}
		fmt.Fprintf(b, "| %s | %d |", d.When, d.Cells)
		for _, m := range d.Methods {
			fmt.Fprintf(b, " %s |", m.Text())
		}
		fmt.Fprintf(b, " %s |\n", d.Choose)
	}
}
