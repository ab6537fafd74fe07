package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
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

// usage is how somebody trains: it names the epoch of a run at which training ends. Who trains so also chooses the candidate by the
// validation part at that epoch: the one that is best after one epoch is seldom the one that is best after all.
type usage func(*experiment.Record) experiment.Epoch

func oneEpoch(r *experiment.Record) experiment.Epoch { return r.Results[0] }

// The other ways to train.
var (
	untilBest usage = (*experiment.Record).Best // of the validation part
	allEpochs usage = (*experiment.Record).Last
)

// chosen returns the runs of the candidate that is chosen for a usage.
func (c *Cell) chosen(u usage) []*experiment.Record {
	return experiment.ChooseBy(c.all, func(r *experiment.Record) experiment.Figure { return u(r).ValidAUC }).Runs
}

// worth is the mean over the seeds of the AUC that a usage gives, of the part that the table is of.
func (t *Table) worth(c *Cell, u usage) float64 {
	var aucs []float64
	for _, r := range c.chosen(u) {
		aucs = append(aucs, t.value(u(r)))
	}
	return stat.Mean(aucs, nil)
}

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

// Decisions are those of the cells in which the same methods of a family ran, so that each method is judged by the same cells, first
// those with the most methods; of tables without the test AUC of each epoch there are none.
func Decisions(tables []*Table) (list []Decision) {
	for _, f := range []family{adamFamily, adagradFamily} {
		all := slices.DeleteFunc(contests(tables, f), func(c *contest) bool { return c.table.byValid })
		for _, group := range byMethods(all) {
			for _, s := range situations {
				if d, has := s.decide(group); has {
					list = append(list, d)
				}
			}
		}
	}
	return list
}

// byMethods groups contests in which the same methods ran.
func byMethods(all []*contest) (groups [][]*contest) {
	for _, c := range all {
		at := slices.IndexFunc(groups, func(g []*contest) bool { return slices.Equal(g[0].methods(), c.methods()) })
		if at < 0 {
			at, groups = len(groups), append(groups, nil)
		}
		groups[at] = append(groups[at], c)
	}
	slices.SortStableFunc(groups, func(a, b []*contest) int { return len(b[0].methods()) - len(a[0].methods()) })
	return groups
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
const decisionsIntroduction = "Of each method the candidate counts that the validation part chooses for the way to train. By how much " +
	"the test AUC is above that of the plain method, the mean over the cells in which these methods ran, and in brackets the number of cells " +
	"in which the method is the best. The last column has the methods within 0.001 of the best: of them take the simplest."

// writeDecisions writes the table as Markdown, with a head for each list of methods.
func writeDecisions(b *strings.Builder, decisions []Decision) {
	if len(decisions) == 0 {
		return
	}
	b.WriteString("\nWhen to use which. " + decisionsIntroduction + "\n")
	var head string
	for _, d := range decisions {
		if h := d.head(); h != head {
			head = h
			b.WriteString("\n" + head)
		}
		fmt.Fprintf(b, "| %s | %d |", d.When, d.Cells)
		for _, m := range d.Methods {
			fmt.Fprintf(b, " %s |", m.Text())
		}
		fmt.Fprintf(b, " %s |\n", d.Choose)
	}
}

// head is that of a table of decisions about the same methods.
func (d Decision) head() string {
	var b strings.Builder
	b.WriteString("| you train | cells |")
	for _, m := range d.Methods {
		fmt.Fprintf(&b, " %s |", m.Method)
	}
	fmt.Fprintf(&b, " choose |\n|---|---|%s---|\n", strings.Repeat("---|", len(d.Methods)))
	return b.String()
}
