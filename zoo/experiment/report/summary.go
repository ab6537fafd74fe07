package report

import (
	"math"
	"slices"

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
	Cells      []*Cell // methods x models; nil where there are no runs
}

// Cell is a method with a model: the runs of the chosen candidate.
type Cell struct {
	Method, Model string
	experiment.Choice
	Mean        []float64 // test AUC of each epoch, over the seeds
	Deviation   []float64 // its standard deviation; NaN for one seed
	Comparisons []*experiment.Comparison
}

// Summarize makes a table for each grid and data set of some stores. Methods are in the
// order of their first runs, models in that of the catalog.
func Summarize(stores ...*experiment.Store) []*Table {
	var tables []*Table
	for _, s := range stores {
		for _, r := range s.Records() {
			at := slices.IndexFunc(tables, func(t *Table) bool { return t.Grid == r.Grid && t.Data == r.Data })
			if at < 0 {
				at = len(tables)
				tables = append(tables, &Table{Grid: r.Grid, Data: r.Data})
			}
			tables[at].meet(r)
		}
	}
	for _, t := range tables {
		slices.SortStableFunc(t.Models, func(a, b string) int { return modelOrder(a) - modelOrder(b) })
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
	t.Epochs = max(t.Epochs, len(r.Results))
}

// fill makes the cells.
func (t *Table) fill(stores []*experiment.Store) {
	for _, method := range t.Methods {
		for _, model := range t.Models {
			var runs []*experiment.Record
			for _, s := range stores {
				for _, r := range s.Records() {
					if r.Grid == t.Grid && r.Data == t.Data && r.Method == method && r.Model == model {
						runs = append(runs, r)
					}
				}
			}
			t.Cells = append(t.Cells, newCell(runs, stores))
		}
	}
}

// newCell takes the runs of the candidate that experiment.Choose takes.
func newCell(runs []*experiment.Record, stores []*experiment.Store) *Cell {
	if len(runs) == 0 {
		return nil
	}
	c := &Cell{Method: runs[0].Method, Model: runs[0].Model, Choice: experiment.Choose(runs)}
	for _, r := range c.Runs {
		c.Comparisons = append(c.Comparisons, comparisonsOf(r, stores)...)
	}
	for e := range c.Runs[0].Results {
		var aucs []float64
		for _, r := range c.Runs {
			aucs = append(aucs, float64(r.Results[e].TestAUC))
		}
		mean, deviation := stat.MeanStdDev(aucs, nil)
		c.Mean, c.Deviation = append(c.Mean, mean), append(c.Deviation, deviation)
	}
	return c
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

// Cell is the cell of a method and a model, or nil.
func (t *Table) Cell(method, model string) *Cell {
	return t.Cells[slices.Index(t.Methods, method)*len(t.Models)+slices.Index(t.Models, model)]
}

// bestEpoch is the epoch, from 0, with the highest mean.
func (c *Cell) bestEpoch() int {
	best := 0
	for e, m := range c.Mean {
		if m > c.Mean[best] {
			best = e
		}
	}
	return best
}

// final is the mean after the last epoch.
func (c *Cell) final() float64 { return c.Mean[len(c.Mean)-1] }

// isBest says whether a cell has the highest mean of its model in an epoch, of those as printed.
func (t *Table) isBest(c *Cell, epoch int) bool {
	for _, o := range t.Cells {
		if o != nil && o.Model == c.Model && epoch < len(o.Mean) && round4(o.Mean[epoch]) > round4(c.Mean[epoch]) {
			return false
		}
	}
	return true
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }
