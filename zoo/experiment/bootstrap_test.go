package experiment

import (
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// noisyScores are scores of samples, of which a third are positive, with a signal and ties.
func noisyScores(labels []float32, signal float64, rng *rand.Rand) []float32 {
	scores := make([]float32, len(labels))
	for i, y := range labels {
		scores[i] = float32(int(50*(signal*float64(y)+rng.NormFloat64()))) / 50
	}
	return scores
}

func someLabels(n int) []float32 {
	labels := make([]float32, n)
	for i := range labels {
		if i%3 == 0 {
			labels[i] = 1
		}
	}
	return labels
}

func TestTheRankedAUCIsThatOfTheMetrics(t *testing.T) {
	labels := someLabels(301)
	scores := noisyScores(labels, 0.7, rand.New(rand.NewPCG(1, 2)))
	weights, whole := make([]float64, len(labels)), []float64(nil)
	var repeated, repeatedLabels []float32
	for i := range weights {
		weights[i] = float64(i % 4) // as if sample i were there so often
		whole = append(whole, 1)
		for range i % 4 {
			repeated, repeatedLabels = append(repeated, scores[i]), append(repeatedLabels, labels[i])
		}
	}
	r := rankAll([][]float32{scores})[0]
	require.InDelta(t, metrics.AUC(scores, labels), r.auc(labels, whole), 1e-12)
	require.InDelta(t, metrics.AUC(repeated, repeatedLabels), r.auc(labels, weights), 1e-12)
}

// With one seed the bootstrap is about samples only, as DeLong's test is.
func TestTheBootstrapOfOneSeedAgreesWithDeLong(t *testing.T) {
	labels, rng := someLabels(600), rand.New(rand.NewPCG(3, 4))
	a, b := noisyScores(labels, 1, rng), noisyScores(labels, 0.6, rng)
	aucA, aucB, deviation, _ := DeLong(a, b, labels)
	mean, low, high := Bootstrap([][]float32{a}, [][]float32{b}, labels, rng)
	require.InDelta(t, aucA-aucB, mean, 1e-12)
	require.InEpsilon(t, 2*1.96*deviation, high-low, 0.15)
	require.Less(t, low, mean)
	require.Less(t, mean, high)
}

// Seeds that differ widen the interval: the first method is better with two seeds of four by far, and as good as the other with two.
func TestTheBootstrapKnowsOfSeeds(t *testing.T) {
	labels, rng := someLabels(600), rand.New(rand.NewPCG(5, 6))
	base := noisyScores(labels, 0.5, rng)
	same, better := append([]float32(nil), base...), append([]float32(nil), base...)
	for i, y := range labels {
		better[i] += 10 * y
	}
	two := func(scores ...[]float32) [][]float32 { return scores }
	mean, low, high := Bootstrap(two(better, better, same, same), two(base, base, base, base), labels, rng)
	gap, _, _ := Bootstrap(two(better), two(base), labels, rng)
	require.InDelta(t, gap/2, mean, 1e-12)
	require.InDelta(t, 0, low, 1e-12, "one draw in sixteen has no better seed")
	require.InDelta(t, gap, high, 0.03)

	again, lowAgain, highAgain := Bootstrap(two(same), two(base), labels, rng)
	require.Zero(t, again)
	require.Zero(t, lowAgain)
	require.Zero(t, highAgain)
}
