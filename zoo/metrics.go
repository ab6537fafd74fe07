package zoo

import (
	"cmp"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
)

// Metrics judge predictions over a whole data set, never averaged by batch.
type Metrics struct {
	Samples   int
	Positives int
	// AUC is the probability that a positive sample has a higher logit than a negative one, ties
	// counting half; NaN if there are no positives or no negatives.
	AUC float64
	// LogLoss is the mean log loss.
	LogLoss float64
	// Calibration is the mean prediction divided by the mean label; 1 is right, NaN if there are
	// no positives.
	Calibration float64
}

// Measure judges logits against labels (0 or 1) of the same samples.
func Measure(logits, labels []float32) Metrics {
	m := Metrics{Samples: len(logits), AUC: AUC(logits, labels)}
	var loss, predictions, sum float64
	for i, logit := range logits {
		x, y := float64(logit), float64(labels[i])
		loss += max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x)))
		predictions += graph.Sigmoid(x)
		sum += y
	}
	m.Positives = int(sum)
	m.LogLoss = loss / float64(len(logits))
	m.Calibration = math.NaN()
	if sum > 0 {
		m.Calibration = predictions / sum
	}
	return m
}

// AUC is the area under the ROC curve of scores against labels (0 or 1), exact, ties counting
// half: the Mann-Whitney statistic over (positives x negatives). It is NaN if one class is empty.
func AUC(scores, labels []float32) float64 {
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
