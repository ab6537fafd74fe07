package report

import (
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"gonum.org/v1/gonum/stat"
)

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
