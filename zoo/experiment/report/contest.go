package report

import (
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
)

// collapse is the fall of the test AUC, from the best epoch to the last one, from which on a method collapses.
const collapse = 0.002

// family names the solvers of one of the paper's two tables by what they are in it; "" where it has none.
type family struct{ plain, meda, sam, decay, l2, ar string }

var (
	adamFamily    = family{plain: "adam", meda: "meda", sam: "sam", decay: "adamw", l2: "l2", ar: "adamar"}
	adagradFamily = family{plain: "adagrad", meda: "meda-adagrad", sam: "sam-adagrad", decay: "adagradw", ar: "adagradar"}
)

// contest is a data set with a model on which a plain solver, adaptive regularization and perhaps others ran in one grid, each
// as one method.
type contest struct {
	table     *Table
	model     string
	plain, ar *Cell
	meda      *Cell // nil: it did not run; so are the others below
	sam       *Cell
	decay     *Cell // constant weight decay
	l2        *Cell
}

// contests finds those of a family. Of several with the same data set and model it takes the one with the most runs.
func contests(tables []*Table, f family) (list []*contest) {
	for _, t := range tables {
		for _, model := range t.Models {
			c := t.contest(model, f)
			if c == nil {
				continue
			}
			same := slices.IndexFunc(list, func(o *contest) bool { return o.where() == c.where() })
			switch {
			case same < 0:
				list = append(list, c)
			case c.runs() > list[same].runs():
				list[same] = c
			}
		}
	}
	return list
}

// contest returns that of a model and a family; nil if the plain solver or adaptive regularization is missing, if a solver ran
// as several methods, as in the grids of alpha, or if something is left out of the data.
func (t *Table) contest(model string, f family) *contest {
	c := &contest{table: t, model: model}
	for _, cell := range t.cells() {
		r := cell.Runs[0]
		if cell.Model != model {
			continue
		}
		place := c.place(r.Solver, f)
		if place == nil {
			continue
		}
		if *place != nil || r.Buckets > 0 || !r.Ablation.IsZero() {
			return nil
		}
		*place = cell
	}
	if c.plain == nil || c.ar == nil {
		return nil
	}
	return c
}

// place is where the cell of a solver belongs; nil if it is none of the family.
func (c *contest) place(solver string, f family) **Cell {
	return map[string]**Cell{
		f.plain: &c.plain, f.meda: &c.meda, f.sam: &c.sam, f.decay: &c.decay, f.l2: &c.l2, f.ar: &c.ar,
	}[solver]
}

// where names the data set and the model.
func (c *contest) where() string { return c.table.Data + " " + c.model }

// all lists the methods that ran, the plain one first.
func (c *contest) all() []*Cell {
	list := []*Cell{c.plain, c.meda, c.sam, c.decay, c.l2, c.ar}
	return slices.DeleteFunc(list, func(c *Cell) bool { return c == nil })
}

// methods names those that ran.
func (c *contest) methods() (names []string) {
	for _, cell := range c.all() {
		names = append(names, cell.Method)
	}
	return names
}

// others lists those that ran besides adaptive regularization.
func (c *contest) others() []*Cell {
	return slices.DeleteFunc(c.all(), func(o *Cell) bool { return o == c.ar })
}

// runs counts the runs of all methods.
func (c *contest) runs() (n int) {
	for _, cell := range c.all() {
		n += len(cell.Runs)
	}
	return n
}

// fall is by how much the mean AUC is lower after the last epoch than after the best one.
func (c *Cell) fall() float64 { return c.Mean[c.bestEpoch()] - c.final() }

// meanOf returns the mean over the seeds of a figure of an epoch, from 0.
func (c *Cell) meanOf(epoch int, of func(experiment.Epoch) experiment.Figure) float64 {
	var list []float64
	for _, r := range c.Runs {
		if epoch < len(r.Results) {
			list = append(list, float64(of(r.Results[epoch])))
		}
	}
	if len(list) == 0 {
		return math.NaN()
	}
	return stat.Mean(list, nil)
}

func normOf(e experiment.Epoch) experiment.Figure  { return e.EmbeddingNorm }
func lossOf(e experiment.Epoch) experiment.Figure  { return e.TrainLoss }
func boundIn(e experiment.Epoch) experiment.Figure { return e.Rademacher }

// gapOf is the measured gap of generalisation: by how much the log loss of the test part is above that of training.
func gapOf(e experiment.Epoch) experiment.Figure { return e.TestLogLoss - e.TrainLoss }
