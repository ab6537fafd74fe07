package report

import (
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// level is below which p a difference counts as significant.
const level = 0.05

// isBest reports whether a cell is the best of its model in an epoch, and significantly so: after the last epoch zero is below the
// bootstrap's interval of the difference to the second best; or, where there is none, a paired t-test over the seeds that it has in
// common with the second best, or of one seed DeLong's test after the last epoch, has p below level.
func (t *Table) isBest(c *Cell, epoch int) bool {
	second := t.second(c, epoch)
	if second == nil || !(c.Mean[epoch] > second.Mean[epoch]) {
		return false
	}
	if i := c.Interval; i != nil && epoch == len(c.Mean)-1 && slices.Contains(i.RunnerUp, second.Runs[0].Key) {
		return i.Low > 0
	}
	after := func(r *experiment.Record) experiment.Epoch { return r.Results[epoch] }
	if a, b := t.paired(c.Runs, second.Runs, after); len(a) > 1 {
		return pairedP(a, b) < level
	}
	for _, test := range c.Comparisons {
		if epoch == len(c.Mean)-1 && test.RunnerUp == second.Runs[0].Key {
			return test.P < level
		}
	}
	return false
}

// second returns the other cell of the same model with the highest mean in an epoch.
func (t *Table) second(c *Cell, epoch int) (second *Cell) {
	for _, o := range t.Cells {
		if o == nil || o == c || o.Model != c.Model || epoch >= len(o.Mean) || math.IsNaN(o.Mean[epoch]) {
			continue
		}
		if second == nil || o.Mean[epoch] > second.Mean[epoch] {
			second = o
		}
	}
	return second
}

// paired returns the figures of the seeds that two lists of runs have in common, each after the epoch that a usage names.
func (t *Table) paired(a, b []*experiment.Record, u usage) (x, y []float64) {
	for _, r := range a {
		for _, o := range b {
			if r.Seed == o.Seed {
				x, y = append(x, t.value(u(r))), append(y, t.value(u(o)))
			}
		}
	}
	return x, y
}

// pairedP returns the two-sided p-value of a paired t-test.
func pairedP(a, b []float64) float64 {
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = a[i] - b[i]
	}
	mean, deviation := stat.MeanStdDev(differences, nil)
	if deviation == 0 {
		if mean == 0 {
			return 1
		}
		return 0
	}
	n := float64(len(a))
	x := math.Abs(mean) / (deviation / math.Sqrt(n))
	return 2 * distuv.StudentsT{Sigma: 1, Nu: n - 1}.Survival(x)
}
