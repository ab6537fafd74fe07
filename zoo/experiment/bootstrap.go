package experiment

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Interval is by how much the method with the best mean test AUC after the last epoch is above the runner-up, of a data set and a
// model, with a 95 % interval: a bootstrap over seeds and samples of the test part, in which both methods have the same of both. So it
// has the chance of the initial weights and that of the log; a test over the seeds alone leaves out the second, which is the larger one
// of a small test part.
type Interval struct {
	Best     []string `json:"best"`      // keys of the runs, by seed
	RunnerUp []string `json:"runner_up"` // with the same seeds
	Mean     float64  `json:"mean"`      // of the difference, over the seeds
	Low      float64  `json:"low"`
	High     float64  `json:"high"`
	Draws    int      `json:"draws"` // of seeds and samples
}

// draws is how often seeds and samples are drawn.
const draws = 1000

// Bootstrap returns the mean over the seeds of the AUC of a less that of b, and the ends of its 95 % interval. Each draw takes as many
// seeds as there are, and as many samples, with replacement; a and b have scores of the same samples for each seed. The ends are the
// percentiles 2.5 and 97.5 of the draws. A draw whose samples have one label is drawn again.
//
// Reference: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
func Bootstrap(a, b [][]float32, labels []float32, rng *rand.Rand) (mean, low, high float64) {
	ranked := [2][]ranking{rankAll(a), rankAll(b)}
	weights := make([]float64, len(labels))
	difference := func(seed int) float64 {
		return ranked[0][seed].auc(labels, weights) - ranked[1][seed].auc(labels, weights)
	}
	for i := range weights {
		weights[i] = 1
	}
	for seed := range a {
		mean += difference(seed) / float64(len(a))
	}
	drawn := make([]float64, draws)
	for i := range drawn {
		drawSamples(weights, labels, rng)
		known := map[int]float64{}
		for range a {
			seed := rng.IntN(len(a))
			if _, has := known[seed]; !has {
				known[seed] = difference(seed)
			}
			drawn[i] += known[seed] / float64(len(a))
		}
	}
	slices.Sort(drawn)
	return mean, stat.Quantile(0.025, stat.LinInterp, drawn, nil), stat.Quantile(0.975, stat.LinInterp, drawn, nil)
}

// drawSamples writes how often each sample is drawn, of as many draws as there are samples.
func drawSamples(weights []float64, labels []float32, rng *rand.Rand) {
	for {
		clear(weights)
		var positives float64
		for range weights {
			i := rng.IntN(len(weights))
			weights[i]++
			positives += float64(labels[i])
		}
		if positives > 0 && positives < float64(len(weights)) {
			return
		}
	}
}

// ranking is the order of samples by their scores, lowest first, and where a score other than the one before begins.
type ranking struct {
	order  []int32
	begins []bool
}

func rankAll(scores [][]float32) (list []ranking) {
	for _, x := range scores {
		r := ranking{make([]int32, len(x)), make([]bool, len(x))}
		for i := range r.order {
			r.order[i] = int32(i)
		}
		slices.SortFunc(r.order, func(i, j int32) int { return cmp.Compare(x[i], x[j]) })
		for i, sample := range r.order {
			r.begins[i] = i == 0 || x[sample] != x[r.order[i-1]]
		}
		list = append(list, r)
	}
	return list
}

// auc is the AUC of samples with weights: the share of pairs of a positive and a negative in which the positive has the higher score;
// ties count half.
func (r ranking) auc(labels []float32, weights []float64) float64 {
	var below, positives, negatives, sum float64 // below: the weight of negatives with lower scores
	tied := func() {
		sum += positives * (below + negatives/2)
		below += negatives
		positives, negatives = 0, 0
	}
	var all float64
	for i, sample := range r.order {
		if r.begins[i] {
			tied()
		}
		if w := weights[sample]; labels[sample] > 0 {
			positives += w
			all += w
		} else {
			negatives += w
		}
	}
	tied()
	return sum / (all * below)
}

// bootstrap draws the interval of two methods with the same seeds and keeps it, unless it is known or the scores are gone.
func (s *Store) bootstrap(best, runnerUp []*Record, labels []float32) error {
	interval := Interval{Best: keysOf(best), RunnerUp: keysOf(runnerUp), Draws: draws}
	for _, known := range s.intervals {
		if slices.Equal(known.Best, interval.Best) && slices.Equal(known.RunnerUp, interval.RunnerUp) {
			return nil
		}
	}
	a, err := s.allScores(interval.Best, len(labels))
	if err != nil || a == nil {
		return err
	}
	b, err := s.allScores(interval.RunnerUp, len(labels))
	if err != nil || b == nil {
		return err
	}
	interval.Mean, interval.Low, interval.High = Bootstrap(a, b, labels, rand.New(rand.NewPCG(1, uint64(len(labels)))))
	return s.addInterval(&interval)
}

func keysOf(runs []*Record) (keys []string) {
	for _, r := range runs {
		keys = append(keys, r.Key)
	}
	return keys
}

// allScores reads the scores of several runs; nil if those of one are not there.
func (s *Store) allScores(keys []string, samples int) (list [][]float32, err error) {
	for _, key := range keys {
		x, err := s.scores(key, samples)
		if err != nil || x == nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}
