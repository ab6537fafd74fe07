package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/internal/chart"
	"gonum.org/v1/gonum/stat/distuv"
)

// paper draws the figures of the poster for a model, the means over the seeds, as far as the records have what they show.
func (f *figures) paper(model string) {
	f.byEpoch(model, "norm of all embeddings after each epoch", "norm", normOf)
	f.byEpoch(model, "Rademacher bound after each epoch", "bound", boundIn)
	f.byEpoch(model, "measured gap of generalisation, the log loss of the test part above that of training", "gap", gapOf)
	f.bucketNorms(model)
	f.multipliers(model)
}

// byEpoch draws a figure of each method over the epochs.
func (f *figures) byEpoch(model, what, label string, of func(experiment.Epoch) experiment.Figure) {
	cells, colors, names := f.cells(model)
	var list []chart.Series
	known := false
	for i, c := range cells {
		s := chart.Series{Color: colors[i], X: epochs(len(c.Mean)), Mark: true}
		for e := range c.Mean {
			s.Y = append(s.Y, c.meanOf(e, of))
			known = known || !math.IsNaN(s.Y[e])
		}
		list = append(list, s)
	}
	if !known {
		return
	}
	caption := fmt.Sprintf("%s: %s, mean over seeds", model, what)
	svg, err := chart.Lines(caption, "epoch", label, list)
	f.add(caption, names, svg, err)
}

// bucketNorms draws the norm of each frequency bucket after the last epoch, by method.
func (f *figures) bucketNorms(model string) {
	cells, colors, names := f.cells(model)
	var list []chart.Series
	for i, c := range cells {
		list = append(list, chart.Series{Color: colors[i], Y: c.bucketNorms()})
	}
	var labels []string
	for _, group := range cells[0].Runs[0].Last().Buckets {
		labels = append(labels, group.Name)
	}
	if len(labels) == 0 {
		return
	}
	caption := fmt.Sprintf("%s: norm of the embeddings after the last epoch by frequency bucket, 1 the rarest, mean over seeds", model)
	svg, err := chart.Bars(caption, "frequency bucket", "norm", labels, list)
	f.add(caption, names, svg, err)
}

// multipliers draws, of each method with adaptive regularization, mean lambda against frequency by bucket, both as logarithms:
// by Proposition 1 a line with slope -1, as the gray one.
func (f *figures) multipliers(model string) {
	cells, colors, _ := f.cells(model)
	var list []chart.Series
	var names []chart.Legend
	for i, c := range cells {
		lambdas, frequencies := c.lambdas(), c.frequencies()
		if len(lambdas) < 2 || !(slices.Min(lambdas) > 0) || slices.Max(lambdas) < 1.001*slices.Min(lambdas) {
			continue // it has no decay, or a constant one
		}
		x, y := logs(frequencies, math.Log10), logs(lambdas, math.Log10)
		list = append(list, chart.Series{Color: colors[i], X: x, Y: y, Mark: true})
		names = append(names, chart.NewLegend(c.Method, colors[i]))
		inverse := chart.Series{Color: chart.Gray, X: x, Thin: true}
		for _, frequency := range x {
			inverse.Y = append(inverse.Y, y[len(y)-1]-frequency) // through the most frequent bucket, where the frequency is 1
		}
		list = append(list, inverse)
	}
	if len(list) == 0 {
		return
	}
	names = append(names, chart.NewLegend("inverse to the frequency", chart.Gray))
	caption := fmt.Sprintf("%s: mean lambda after the last epoch against the frequency of a row relative to the most frequent bucket, by bucket; Proposition 1 is the gray line", model)
	svg, err := chart.Lines(caption, "log10 of frequency", "log10 of mean lambda", list)
	f.add(caption, names, svg, err)
}

// alphaCurve draws the AUC over alpha, with the 95% interval over the seeds.
func (f *figures) alphaCurve(model string, cells []*Cell) {
	last := chart.Series{Mark: true}
	best := chart.Series{Color: 1, Mark: true}
	low, high := chart.Series{Thin: true}, chart.Series{Thin: true}
	for _, c := range cells {
		alpha := c.Runs[0].Parameters["alpha"]
		if alpha == 0 {
			continue
		}
		x, half := math.Log10(alpha), c.interval()
		last.X, last.Y = append(last.X, x), append(last.Y, c.final())
		best.X, best.Y = append(best.X, x), append(best.Y, c.Mean[c.bestEpoch()])
		low.X, low.Y = append(low.X, x), append(low.Y, c.final()-half)
		high.X, high.Y = append(high.X, x), append(high.Y, c.final()+half)
	}
	auc := f.table.Part() + " AUC"
	caption := fmt.Sprintf("%s: %s by alpha, mean over seeds; the thin lines are the ends of the 95 %% interval after the last epoch", model, auc)
	svg, err := chart.Lines(caption, "log10 of alpha", auc, []chart.Series{low, high, best, last})
	f.add(caption, []chart.Legend{chart.NewLegend("last epoch", 0), chart.NewLegend("best epoch", 1)}, svg, err)
}

// interval is half the 95% interval of the AUC after the last epoch, by Student's t over the seeds; NaN of a single seed.
func (c *Cell) interval() float64 {
	n := float64(len(c.Runs))
	if n < 2 {
		return math.NaN()
	}
	return distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * c.Deviation[len(c.Deviation)-1] / math.Sqrt(n)
}
