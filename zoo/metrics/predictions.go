package metrics

import (
	"cmp"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
)

// Predictions are the logits of a model over a whole data set, and what metrics know of the same samples.
type Predictions struct {
	Logits, Labels []float32 // a label is 0 or 1
	Weights        []float32 // of the samples; empty: each weighs 1
	// Groups holds the id of each sample in the fields that metrics group by (see Metric.Field), by the name of the field. An
	// id of 0 is out of vocabulary.
	Groups map[string][]int32
}

// ofWhole returns a measure that is NaN for predictions that have not as many labels, weights or ids of a group as logits.
func ofWhole(measure func(Predictions) float64) func(Predictions) float64 {
	return func(p Predictions) float64 {
		n := len(p.Logits)
		whole := len(p.Labels) == n && (len(p.Weights) == 0 || len(p.Weights) == n)
		for _, ids := range p.Groups {
			whole = whole && len(ids) == n
		}
		if !whole {
			return math.NaN()
		}
		return measure(p)
	}
}

// Append adds sample i of other predictions, without its groups.
func (p *Predictions) Append(from *Predictions, i int) {
	p.Logits, p.Labels = append(p.Logits, from.Logits[i]), append(p.Labels, from.Labels[i])
	if len(from.Weights) > 0 {
		p.Weights = append(p.Weights, from.Weights[i])
	}
}

// Weight returns that of a sample.
func (p *Predictions) Weight(i int) float64 {
	if len(p.Weights) == 0 {
		return 1
	}
	return float64(p.Weights[i])
}

// probability returns the prediction of a sample.
func (p *Predictions) probability(i int32) float64 { return graph.Sigmoid(float64(p.Logits[i])) }

// totals returns the weight of all samples, and that of the samples with label 1.
func (p *Predictions) totals() (all, positives float64) {
	for i, label := range p.Labels {
		w := p.Weight(i)
		all += w
		positives += w * float64(label)
	}
	return all, positives
}

// byScore returns all samples in ascending order of their logits.
func (p *Predictions) byScore() []int32 {
	order := make([]int32, len(p.Logits))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(p.Logits[a], p.Logits[b]) })
	return order
}

// ties are samples of one logit.
type ties struct{ positives, negatives float64 } // their weights

// eachTie calls f for the samples of each logit, in the order of a list that is sorted by logit. It returns false if a
// logit is NaN, which equals nothing, not even itself.
func (p *Predictions) eachTie(order []int32, f func(ties)) bool {
	for from := 0; from < len(order); {
		var t ties
		to := from
		for ; to < len(order) && p.Logits[order[to]] == p.Logits[order[from]]; to++ {
			if p.Labels[order[to]] > 0.5 {
				t.positives += p.Weight(int(order[to]))
			} else {
				t.negatives += p.Weight(int(order[to]))
			}
		}
		if to == from {
			return false
		}
		f(t)
		from = to
	}
	return true
}
