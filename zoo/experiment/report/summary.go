package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
)

// Table is what one grid found on one data set.
type Table struct {
	Grid, Data string
	Models     []string
	Methods    []string
	Epochs     int
	Files      []string           // the names of those that have the records; none for runs that no grid made
	places     map[string]int     // of the methods in their grid
	first      *experiment.Record // of the first file
	Cells      []*Cell            // methods x models; nil where there are no runs
	byValid    bool               // the figures are of the validation part, since the test part was not measured after each epoch
}

// Cell is a method with a model: the runs of the candidate that is chosen by the last epoch.
type Cell struct {
	Method, Model string
	experiment.Choice
	Mean        []float64 // AUC after each epoch that all runs have, over the seeds
	Deviation   []float64 // its standard deviation; NaN for one seed
	Comparisons []*experiment.Comparison
	Interval    *experiment.Interval // over the runner-up after the last epoch; nil if there is none
	all         []*experiment.Record // the runs of every candidate
}

// Summarize makes a table for each grid and data set of some stores. Methods are in the order of the grid, or, in records that
// do not know it, of their first runs; models are in that of the catalog.
func Summarize(stores ...*experiment.Store) []*Table {
	var tables []*Table
	for _, s := range stores {
		for _, r := range s.Records() {
			at := slices.IndexFunc(tables, func(t *Table) bool { return t.Grid == r.Grid && t.Data == r.DataLabel() })
			if at < 0 {
				at = len(tables)
				tables = append(tables, &Table{Grid: r.Grid, Data: r.DataLabel(), places: map[string]int{}})
			}
			tables[at].meet(r)
			tables[at].addFile(s.Name(), r)
		}
	}
	for _, t := range tables {
		slices.SortStableFunc(t.Models, func(a, b string) int { return modelOrder(a) - modelOrder(b) })
		slices.SortStableFunc(t.Methods, func(a, b string) int { return t.places[a] - t.places[b] })
		t.fill(stores)
	}
	return tables
}

// modelOrder returns the place of a model in the zoo. Models of one's own come after those.
func modelOrder(name string) int {
	models := zoo.Models()
	if at := slices.IndexFunc(models, func(m zoo.Model) bool { return zoo.NameOf(m) == name }); at >= 0 {
		return at
	}
	return len(models)
}

// meet adds the names of a run.
func (t *Table) meet(r *experiment.Record) {
	if !slices.Contains(t.Models, r.Model) {
		t.Models = append(t.Models, r.Model)
	}
	if !slices.Contains(t.Methods, r.Method) {
		t.Methods = append(t.Methods, r.Method)
	}
	t.places[r.Method] = r.MethodPlace
	t.Epochs = max(t.Epochs, len(r.Results))
	for _, e := range r.Results {
		t.byValid = t.byValid || math.IsNaN(float64(e.TestAUC)) && !math.IsNaN(float64(e.ValidAUC))
	}
}

// addFile adds the name of a file that has a record.
func (t *Table) addFile(name string, r *experiment.Record) {
	if name == "" || slices.Contains(t.Files, name) {
		return
	}
	if t.Files = append(t.Files, name); t.first == nil {
		t.first = r
	}
}

// Repeat returns the command that makes a run of the table again; "" if no file of records has its runs.
func (t *Table) Repeat() string {
	if t.first == nil {
		return ""
	}
	return fmt.Sprintf("zoo verify %s %s --data %s=DIR", t.Files[0], t.first.Key, t.first.Data)
}

// fill makes the cells.
func (t *Table) fill(stores []*experiment.Store) {
	for _, method := range t.Methods {
		for _, model := range t.Models {
			var runs []*experiment.Record
			for _, s := range stores {
				for _, r := range s.Records() {
					if r.Grid == t.Grid && r.DataLabel() == t.Data && r.Method == method && r.Model == model {
						runs = append(runs, r)
					}
				}
			}
			slices.SortStableFunc(runs, func(a, b *experiment.Record) int { return cmp.Compare(a.Seed, b.Seed) })
			t.Cells = append(t.Cells, t.newCell(runs, stores))
		}
	}
}

// newCell takes the runs of the candidate that experiment.Choose takes.
func (t *Table) newCell(runs []*experiment.Record, stores []*experiment.Store) *Cell {
	if len(runs) == 0 {
		return nil
	}
	c := &Cell{Method: runs[0].Method, Model: runs[0].Model, Choice: experiment.Choose(runs), all: runs}
	for _, r := range c.Runs {
		c.Comparisons = append(c.Comparisons, comparisonsOf(r, stores)...)
	}
	c.Interval = intervalOf(c.Runs, stores)
	for e := range shortest(c.Runs) {
		var aucs []float64
		for _, r := range c.Runs {
			aucs = append(aucs, t.value(r.Results[e]))
		}
		mean, deviation := stat.MeanStdDev(aucs, nil)
		c.Mean, c.Deviation = append(c.Mean, mean), append(c.Deviation, deviation)
	}
	return c
}

// shortest returns the fewest epochs of some runs, which may have stopped early.
func shortest(runs []*experiment.Record) int {
	n := len(runs[0].Results)
	for _, r := range runs[1:] {
		n = min(n, len(r.Results))
	}
	return n
}

// Name returns the heading of the table: the grid and the data set.
func (t *Table) Name() string { return strings.TrimSuffix(t.Grid+": "+t.Data, ": ") }

// Part is the part of the data that the figures of the epochs are of.
func (t *Table) Part() string {
	if t.byValid {
		return "validation"
	}
	return "test"
}

// value returns the AUC of an epoch on that part.
func (t *Table) value(e experiment.Epoch) float64 {
	if t.byValid {
		return float64(e.ValidAUC)
	}
	return float64(e.TestAUC)
}

// comparisonsOf are those in which a run of a grid was the best. Another grid may have the same run,
// but compares it with others.
func comparisonsOf(r *experiment.Record, stores []*experiment.Store) (list []*experiment.Comparison) {
	for _, s := range stores {
		if own := s.Find(r.Key); own == nil || own.Grid != r.Grid {
			continue
		}
		for _, c := range s.Comparisons() {
			if c.Best == r.Key {
				list = append(list, c)
			}
		}
	}
	return list
}

// intervalOf is the one in which some runs of a grid were the best.
func intervalOf(runs []*experiment.Record, stores []*experiment.Store) *experiment.Interval {
	var keys []string
	for _, r := range runs {
		keys = append(keys, r.Key)
	}
	for _, s := range stores {
		if own := s.Find(keys[0]); own == nil || own.Grid != runs[0].Grid {
			continue
		}
		for _, i := range s.Intervals() {
			if slices.Equal(i.Best, keys) {
				return i
			}
		}
	}
	return nil
}

// Cell is the cell of a method and a model, or nil.
func (t *Table) Cell(method, model string) *Cell {
	return t.Cells[slices.Index(t.Methods, method)*len(t.Models)+slices.Index(t.Models, model)]
}

// bestEpoch is the epoch, from 0, with the highest mean.
func (c *Cell) bestEpoch() int {
	best := 0
	for e, m := range c.Mean {
		if m > c.Mean[best] || math.IsNaN(c.Mean[best]) {
			best = e
		}
	}
	return best
}

// final is the mean after the last epoch.
func (c *Cell) final() float64 { return c.Mean[len(c.Mean)-1] }
