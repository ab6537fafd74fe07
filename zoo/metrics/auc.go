package metrics

import "math"

func auc() Metric {
	return Metric{Name: "auc", Title: "AUC", Goal: Higher, Measure: ofWhole(func(p Predictions) float64 { return p.rocArea(p.byScore()) })}
}

// AUC returns the area under the ROC curve of scores against labels (0 or 1), exact, ties counting
// half: the Mann-Whitney statistic over (positives x negatives). It is NaN if one class is empty, or if there are not as
// many of both.
func AUC(scores, labels []float32) float64 {
	return auc().Measure(Predictions{Logits: scores, Labels: labels})
}

// rocArea is the area under the ROC curve of samples in ascending order of their logits. A pair of a positive and a negative
// counts as much as the product of their weights.
func (p *Predictions) rocArea(order []int32) float64 {
	var positives, negatives, wins float64
	isNumber := p.eachTie(order, func(t ties) {
		wins += t.positives * (negatives + t.negatives/2)
		positives += t.positives
		negatives += t.negatives
	})
	if !isNumber || positives == 0 || negatives == 0 {
		return math.NaN()
	}
	return wins / (positives * negatives)
}
