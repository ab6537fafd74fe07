package metrics

import (
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
)

func calibration() Metric {
	return Metric{Name: "calibration", Decimals: 3, Measure: func(p Predictions) float64 { return Calibration(p.Logits, p.Labels) }}
}

// Calibration returns the mean prediction divided by the mean label (0 or 1): 1 is right. It is NaN if no label is 1,
// or if there are not as many of both.
func Calibration(logits, labels []float32) float64 {
	if len(logits) != len(labels) {
		return math.NaN()
	}
	var predictions, clicks float64
	for i, logit := range logits {
		predictions += graph.Sigmoid(float64(logit))
		clicks += float64(labels[i])
	}
	if clicks == 0 {
		return math.NaN()
	}
	return predictions / clicks
}
