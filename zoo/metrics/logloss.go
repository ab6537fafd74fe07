package metrics

import "math"

func logLoss() Metric {
	return Metric{Name: "logloss", Title: "log loss", Goal: Lower, Measure: ofWhole(func(p Predictions) float64 { return p.logLoss() })}
}

// LogLoss returns the mean log loss of logits against labels (0 or 1); NaN if there are none, or not as many of both. An
// infinite logit that is right costs nothing, one that is wrong an infinite loss.
func LogLoss(logits, labels []float32) float64 {
	return logLoss().Measure(Predictions{Logits: logits, Labels: labels})
}

func (p *Predictions) logLoss() float64 {
	var loss, all float64
	for i, logit := range p.Logits {
		x, y, w := float64(logit), float64(p.Labels[i]), p.Weight(i)
		all += w
		if math.IsInf(x, 0) {
			if (x > 0) != (y == 1) {
				loss = math.Inf(1)
			}
			continue
		}
		loss += w * (max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x))))
	}
	return loss / all
}
