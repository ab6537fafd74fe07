package main

import (
	"math"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// brier is the mean squared error of the predicted probabilities.
func brier() metrics.Metric {
	return metrics.Metric{Name: "brier", Title: "Brier", Goal: metrics.Lower, Measure: func(p metrics.Predictions) float64 {
		sum := 0.0
		for i, logit := range p.Logits {
			d := 1/(1+math.Exp(-float64(logit))) - float64(p.Labels[i])
			sum += d * d
		}
		return sum / float64(len(p.Logits))
	}}
}
