package metrics

import "math"

func logLoss() Metric {
	return Metric{Name: "logloss", Title: "log loss", Goal: Lower, Measure: func(p Predictions) float64 { return LogLoss(p.Logits, p.Labels) }}
}

// LogLoss returns the mean log loss of logits against labels (0 or 1); NaN if there are none.
func LogLoss(logits, labels []float32) float64 {
	var loss float64
	for i, logit := range logits {
		x, y := float64(logit), float64(labels[i])
		loss += max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x)))
	}
	return loss / float64(len(logits))
}
