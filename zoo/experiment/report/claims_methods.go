package report

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// methodQuestions are the claims about methods, as the poster's two tables have them.
func methodQuestions() []question {
	fall := "fall of the AUC from the best epoch to the last"
	left := "share of the plain method's fall that is left"
	return []question{
		{text: "Adam collapses after one epoch", figure: fall, votes: collapses(adamFamily)},
		{text: "Adagrad collapses after one epoch", figure: fall, votes: collapses(adagradFamily)},
		{text: "MEDA alleviates the collapse: at most half of the fall is left", figure: left, votes: alleviates(func(c *contest) *Cell { return c.meda })},
		{text: "Weight decay alleviates the collapse: at most half of the fall is left", figure: left, votes: alleviates(func(c *contest) *Cell { return c.decay })},
		{text: "SAM does not cure the collapse: more than half of the fall is left", figure: left, votes: samFails},
		{text: "Adaptive regularization cures the collapse: at most half of the fall is left", figure: left, votes: alleviates(func(c *contest) *Cell { return c.ar })},
		{text: "AdamAR is the best method after every epoch", figure: bestFigure, votes: bestEverywhere(adamFamily)},
		{text: "AdagradAR is the best method after every epoch", figure: bestFigure, votes: bestEverywhere(adagradFamily)},
		{text: "AdamAR is the best method up to the epoch with the best validation AUC", figure: leadFigure, votes: bestUntilBest(adamFamily)},
		{text: "AdagradAR is the best method up to the epoch with the best validation AUC", figure: leadFigure, votes: bestUntilBest(adagradFamily)},
		{text: "Decay by frequency is better than constant decay, after the last epoch", figure: "AUC above that of constant decay", votes: aboveDecay},
	}
}

const (
	bestFigure = "epochs after which it is the best of all methods"
	leadFigure = "AUC above that of the best other method"
)

// fewestMethods is how many methods must have run for one of them to be the best of all.
const fewestMethods = 4

// vote is that of the contest, which rests on some cells.
func (c *contest) vote(holds bool, value float64, cells ...*Cell) vote {
	v := c.table.vote(c.model, cells)
	v.holds, v.value = holds, value
	return v
}

// vote is one of a model, which rests on some cells.
func (t *Table) vote(model string, cells []*Cell) vote {
	v := vote{where: t.Data + " " + model, tables: []*Table{t}}
	for _, cell := range cells {
		v.runs += len(cell.Runs)
	}
	return v
}

func collapses(f family) func([]*Table) []vote {
	return func(tables []*Table) (votes []vote) {
		for _, c := range contests(tables, f) {
			votes = append(votes, c.vote(c.collapses(), c.plain.fall(), c.plain))
		}
		return votes
	}
}

// collapsing are the contests of both families in which the plain method collapses.
func collapsing(tables []*Table) (list []*contest) {
	for _, f := range []family{adamFamily, adagradFamily} {
		for _, c := range contests(tables, f) {
			if c.collapses() {
				list = append(list, c)
			}
		}
	}
	return list
}

// alleviates asks of a method whether at most half of the plain method's fall is left.
func alleviates(method func(*contest) *Cell) func([]*Table) []vote {
	return func(tables []*Table) (votes []vote) {
		for _, c := range collapsing(tables) {
			if cell := method(c); cell != nil {
				left := cell.fall() / c.plain.fall()
				votes = append(votes, c.vote(left <= 0.5, left, c.plain, cell))
			}
		}
		return votes
	}
}

func samFails(tables []*Table) []vote {
	votes := alleviates(func(c *contest) *Cell { return c.sam })(tables)
	for i := range votes {
		votes[i].holds = !votes[i].holds
	}
	return votes
}

// wide are the contests of enough methods to ask for the best.
func wide(tables []*Table, f family) (list []*contest) {
	for _, c := range contests(tables, f) {
		if len(c.all()) >= fewestMethods {
			list = append(list, c)
		}
	}
	return list
}

func bestEverywhere(f family) func([]*Table) []vote {
	return func(tables []*Table) (votes []vote) {
		for _, c := range wide(tables, f) {
			best := 0
			for e := range c.ar.Mean {
				if c.lead(e) >= 0 {
					best++
				}
			}
			v := c.vote(best == len(c.ar.Mean), float64(best), c.all()...)
			v.text = fmt.Sprintf("%d of %d", best, len(c.ar.Mean))
			votes = append(votes, v)
		}
		return votes
	}
}

// lead is by how much adaptive regularization is above the best other method after an epoch, from 0.
func (c *contest) lead(epoch int) float64 {
	rival := math.Inf(-1)
	for _, o := range c.others() {
		if epoch < len(o.Mean) {
			rival = max(rival, o.Mean[epoch])
		}
	}
	return c.ar.Mean[epoch] - rival
}

func bestUntilBest(f family) func([]*Table) []vote {
	return func(tables []*Table) (votes []vote) {
		for _, c := range wide(tables, f) {
			rival := math.Inf(-1)
			for _, o := range c.others() {
				rival = max(rival, c.table.worth(o, untilBest))
			}
			lead := c.table.worth(c.ar, untilBest) - rival
			votes = append(votes, c.vote(lead >= 0, lead, c.all()...))
		}
		return votes
	}
}

func aboveDecay(tables []*Table) (votes []vote) {
	for _, f := range []family{adamFamily, adagradFamily} {
		for _, c := range contests(tables, f) {
			if c.decay != nil {
				lead := c.ar.final() - c.decay.final()
				votes = append(votes, c.vote(lead > 0, lead, c.ar, c.decay))
			}
		}
	}
	return votes
}

// Exceptions say where adaptive regularization is not what to use: where another method is significantly better, by a paired
// t-test over the seeds, each run up to the epoch with its best validation AUC, and where the plain method does not collapse.
func Exceptions(tables []*Table) (list []string) {
	for _, f := range []family{adamFamily, adagradFamily} {
		all := contests(tables, f)
		list = append(list, upright(all)...)
		for _, c := range all {
			for _, o := range c.others() {
				if p := c.better(o); p < level {
					list = append(list, fmt.Sprintf("%s: %s is better than %s up to the epoch with the best validation AUC: %.4f against %.4f, p = %.2g.",
						c.where(), o.Method, c.ar.Method, c.table.worth(o, untilBest), c.table.worth(c.ar, untilBest), p))
				}
			}
		}
	}
	return list
}

// upright names the cells in which the plain method does not collapse, in one sentence; none if there are none.
func upright(all []*contest) []string {
	var cells []string
	for _, c := range all {
		if !c.collapses() {
			cells = append(cells, number(c.plain.fall())+" on "+c.where())
		}
	}
	if cells == nil {
		return nil
	}
	return []string{fmt.Sprintf("%s does not collapse in %s; from its best epoch to the last it falls by %s.", all[0].plain.Method,
		plural(len(cells), "cell"), strings.Join(cells, ", "))}
}

// better returns the p-value with which another method is better than adaptive regularization, both up to the epoch with the best
// validation AUC; 1 if it is not, or if they have fewer than two seeds in common.
func (c *contest) better(o *Cell) float64 {
	a, b := c.table.paired(o.chosen(untilBest), c.ar.chosen(untilBest), untilBest)
	if len(a) < 2 || stat.Mean(a, nil) <= stat.Mean(b, nil) {
		return 1
	}
	return pairedP(a, b)
}
