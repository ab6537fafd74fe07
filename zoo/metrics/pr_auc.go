package metrics

import (
	"math"
	"slices"
)

// prAUC is the area under the precision-recall curve as average precision has it: the mean over the positives of the
// precision at their score, without interpolation. It is NaN if there is no positive.
func prAUC() Metric {
	return Metric{Name: "pr_auc", Title: "PR AUC", Goal: Higher, Measure: ofWhole(averagePrecision)}
}

func averagePrecision(p Predictions) float64 {
	order := p.byScore()
	slices.Reverse(order)
	var positives, all, sum float64
	isNumber := p.eachTie(order, func(t ties) {
		positives += t.positives
		all += t.positives + t.negatives
		if t.positives > 0 {
			sum += t.positives * positives / all
		}
	})
	if !isNumber || positives == 0 {
		return math.NaN()
	}
	return sum / positives
}
