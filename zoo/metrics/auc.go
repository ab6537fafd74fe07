package metrics

import (
	"cmp"
	"math"
	"slices"
)

func auc() Metric {
	return Metric{Name: "auc", Title: "AUC", Goal: Higher, Measure: func(p Predictions) float64 { return AUC(p.Logits, p.Labels) }}
}

// AUC returns the area under the ROC curve of scores against labels (0 or 1), exact, ties counting
// half: the Mann-Whitney statistic over (positives x negatives). It is NaN if one class is empty, or if there are not as
// many of both.
func AUC(scores, labels []float32) float64 {
	if len(scores) != len(labels) {
		return math.NaN()
	}
	order := make([]int32, len(scores))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(scores[a], scores[b]) })
	var positives, negatives, wins float64
	for from := 0; from < len(order); {
		var tiedPositives, tiedNegatives float64
		to := from
		for ; to < len(order) && scores[order[to]] == scores[order[from]]; to++ {
			if labels[order[to]] > 0.5 {
				tiedPositives++
			} else {
				tiedNegatives++
			}
		}
		if to == from { // NaN equals nothing, not even itself
			return math.NaN()
		}
		wins += tiedPositives * (negatives + tiedNegatives/2)
		positives += tiedPositives
		negatives += tiedNegatives
		from = to
	}
	if positives == 0 || negatives == 0 {
		return math.NaN()
	}
	return wins / (positives * negatives)
}
