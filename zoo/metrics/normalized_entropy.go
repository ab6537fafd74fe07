package metrics

import "math"

// normalizedEntropy is the log loss over that of a model that predicts the base rate of the same samples for each (He et
// al., ADKDD 2014). Below 1 a model knows more than the base rate. It is NaN if all labels are the same.
func normalizedEntropy() Metric {
	return Metric{Name: "ne", Title: "norm. entropy", Goal: Lower, Measure: ofWhole(func(p Predictions) float64 {
		all, positives := p.totals()
		rate := positives / all
		if !(rate > 0 && rate < 1) {
			return math.NaN()
		}
		return p.logLoss() / -(rate*math.Log(rate) + (1-rate)*math.Log1p(-rate))
	})}
}
