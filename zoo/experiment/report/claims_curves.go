package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"gonum.org/v1/gonum/stat"
)

// curveQuestions are the claims about training loss, norms and bounds.
func curveQuestions() []question {
	return []question{
		{text: "The training loss of the plain method falls fast after epoch 1: by 5 % or more in epoch 2, and faster than that of adaptive regularization",
			figure: "relative fall in epoch 2", votes: lossFalls},
		{text: "The embeddings of adaptive regularization have the lowest norm of all methods after the last epoch",
			figure: "norm, as a share of the lowest other", votes: lowestNorm},
		{text: "Adaptive regularization controls the norms of all frequency buckets, and the AUC of all buckets gains on the plain method",
			figure: "buckets with a lower norm, and with a higher AUC", votes: bucketsControlled},
		{text: "The Rademacher bound follows the gap of generalisation: over methods and epochs their rank correlation is 0.5 or more",
			figure: "rank correlation", votes: boundFollows},
		{text: "The optimal multiplier of a row is inverse to its frequency (Proposition 1): over the buckets, lambda goes with a power of the frequency from -1.25 to -0.75",
			figure: "the power", votes: multiplierIsInverse},
	}
}

// both are the contests of both families.
func both(tables []*Table) []*contest {
	return slices.Concat(contests(tables, adamFamily), contests(tables, adagradFamily))
}

func lossFalls(tables []*Table) (votes []vote) {
	fall := func(c *Cell) float64 { return 1 - c.meanOf(1, lossOf)/c.meanOf(0, lossOf) }
	for _, c := range both(tables) {
		if plain, ar := fall(c.plain), fall(c.ar); !math.IsNaN(plain + ar) {
			votes = append(votes, c.vote(plain >= 0.05 && plain > ar, plain, c.plain, c.ar))
		}
	}
	return votes
}

func lowestNorm(tables []*Table) (votes []vote) {
	last := func(c *Cell) float64 { return c.meanOf(len(c.Mean)-1, normOf) }
	for _, c := range both(tables) {
		lowest := math.Inf(1)
		for _, o := range c.others() {
			lowest = min(lowest, last(o)) // NaN if one has no norm
		}
		if share := last(c.ar) / lowest; !math.IsNaN(share) {
			votes = append(votes, c.vote(share <= 1, share, c.all()...))
		}
	}
	return votes
}

func bucketsControlled(tables []*Table) (votes []vote) {
	for _, c := range both(tables) {
		lower, buckets := countBelow(c.ar.bucketNorms(), c.plain.bucketNorms())
		higher, groups := countBelow(c.plain.bucketAUCs(), c.ar.bucketAUCs())
		if buckets == 0 || groups == 0 {
			continue
		}
		v := c.vote(lower == buckets && higher == groups, float64(lower+higher), c.plain, c.ar)
		v.text = fmt.Sprintf("%d of %d, %d of %d", lower, buckets, higher, groups)
		votes = append(votes, v)
	}
	return votes
}

// countBelow counts the numbers that are below those of the other list, of all pairs of numbers.
func countBelow(a, b []float64) (below, all int) {
	for i := range min(len(a), len(b)) {
		if math.IsNaN(a[i] + b[i]) {
			continue
		}
		if all++; a[i] < b[i] {
			below++
		}
	}
	return below, all
}

// bucketNorms returns the norm of each frequency bucket after the last epoch, the mean over the seeds.
func (c *Cell) bucketNorms() []float64 {
	return c.byBucket(func(g metrics.RowGroup) float64 { return g.Norm })
}

// byBucket returns the means over the seeds of a figure of each frequency bucket after the last epoch.
func (c *Cell) byBucket(of func(metrics.RowGroup) float64) (list []float64) {
	for b := range c.Runs[0].Last().Buckets {
		var values []float64
		for _, r := range c.Runs {
			if buckets := r.Last().Buckets; b < len(buckets) {
				values = append(values, of(buckets[b]))
			}
		}
		list = append(list, stat.Mean(values, nil))
	}
	return list
}

// bucketAUCs returns the test AUC by frequency bucket of the samples, the one of unseen values first, the means over the seeds.
func (c *Cell) bucketAUCs() (list []float64) {
	for b := range c.Runs[0].BucketAUC {
		var values []float64
		for _, r := range c.Runs {
			if b < len(r.BucketAUC) {
				values = append(values, float64(r.BucketAUC[b]))
			}
		}
		list = append(list, stat.Mean(values, nil))
	}
	return list
}

func boundFollows(tables []*Table) (votes []vote) {
	for _, c := range both(tables) {
		var bounds, gaps []float64
		for _, cell := range c.all() {
			for e := range cell.Mean {
				if bound, gap := cell.meanOf(e, boundIn), cell.meanOf(e, gapOf); !math.IsNaN(bound + gap) {
					bounds, gaps = append(bounds, bound), append(gaps, gap)
				}
			}
		}
		if len(bounds) < 3 {
			continue
		}
		r := stat.Correlation(ranks(bounds), ranks(gaps), nil)
		votes = append(votes, c.vote(r >= 0.5, r, c.all()...))
	}
	return votes
}

// ranks returns the place of each number among all, from 0; of equals the mean of their places.
func ranks(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		for _, o := range values {
			switch {
			case o < v:
				out[i]++
			case o == v:
				out[i] += 0.5
			}
		}
		out[i] -= 0.5 // itself
	}
	return out
}

func multiplierIsInverse(tables []*Table) (votes []vote) {
	for _, c := range both(tables) {
		lambdas, frequencies := c.ar.lambdas(), c.ar.frequencies()
		if len(lambdas) < 2 || !(slices.Min(lambdas) > 0) {
			continue
		}
		_, power := stat.LinearRegression(logs(frequencies, math.Log), logs(lambdas, math.Log), nil, false)
		v := c.vote(math.Abs(power+1) <= 0.25, power, c.ar)
		v.text = fmt.Sprintf("%.2f, over frequencies that differ by a factor of %s", power, number(slices.Max(frequencies)/slices.Min(frequencies)))
		votes = append(votes, v)
	}
	return votes
}

func logs(values []float64, log func(float64) float64) []float64 {
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = log(v)
	}
	return list
}

// lambdas returns the mean lambda of each frequency bucket after the last epoch, the mean over the seeds.
func (c *Cell) lambdas() []float64 {
	return c.byBucket(func(g metrics.RowGroup) float64 { return g.MeanLambda })
}

// frequencies returns how often the rows of each bucket occur, relative to the rows of the most frequent bucket. Every bucket
// has the same number of occurrences, see solvers.FrequencyBuckets, so that the frequency is inverse to the rows.
func (c *Cell) frequencies() []float64 {
	rows := c.byBucket(func(g metrics.RowGroup) float64 { return float64(g.Rows) })
	list := make([]float64, len(rows))
	for b := range rows {
		list[b] = rows[len(rows)-1] / rows[b]
	}
	return list
}
