package metrics

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// draw returns predictions with ties, whole weights, and groups of which some have one class.
func draw(rng *rand.Rand, n int) Predictions {
	p := Predictions{Groups: map[string][]int32{"user": nil}}
	for range n {
		p.Logits = append(p.Logits, float32(rng.IntN(30))/5-3)
		p.Labels = append(p.Labels, float32(rng.IntN(2)))
		p.Weights = append(p.Weights, float32(1+rng.IntN(3)))
		p.Groups["user"] = append(p.Groups["user"], int32(rng.IntN(1+n/4)))
	}
	return p
}

// repeated has each sample as often as it weighs.
func repeated(p Predictions) Predictions {
	out := Predictions{Groups: map[string][]int32{"user": nil}}
	for i, w := range p.Weights {
		for range int(w) {
			out.Logits = append(out.Logits, p.Logits[i])
			out.Labels = append(out.Labels, p.Labels[i])
			out.Groups["user"] = append(out.Groups["user"], p.Groups["user"][i])
		}
	}
	return out
}

// Each metric from its definition, sample by sample, on predictions without weights.
var definitions = map[string]func(Predictions) float64{
	"auc": func(p Predictions) float64 { return pairAUC(p.Logits, p.Labels) },
	"logloss": func(p Predictions) float64 {
		return meanLogLoss(p, func(i int) float64 { return sigmoid(p.Logits[i]) })
	},
	"calibration": func(p Predictions) float64 { return sum(probabilities(p)) / sum(numbers(p.Labels)) },
	"pr_auc": func(p Predictions) float64 {
		var precisions []float64
		for i, label := range p.Labels {
			if label == 0 {
				continue
			}
			var positives, all float64
			for j, logit := range p.Logits {
				if logit >= p.Logits[i] {
					positives += float64(p.Labels[j])
					all++
				}
			}
			precisions = append(precisions, positives/all)
		}
		return sum(precisions) / float64(len(precisions))
	},
	"ne": func(p Predictions) float64 {
		rate := sum(numbers(p.Labels)) / float64(len(p.Labels))
		return meanLogLoss(p, func(i int) float64 { return sigmoid(p.Logits[i]) }) / meanLogLoss(p, func(int) float64 { return rate })
	},
	"ece": func(p Predictions) float64 {
		var error float64
		for bin := range 100 {
			var predictions, labels []float64
			for i, x := range probabilities(p) {
				if x >= float64(bin)/100 && (x < float64(bin+1)/100 || bin == 99) {
					predictions, labels = append(predictions, x), append(labels, float64(p.Labels[i]))
				}
			}
			if n := float64(len(labels)); n > 0 {
				error += n / float64(len(p.Labels)) * math.Abs(sum(predictions)/n-sum(labels)/n)
			}
		}
		return error
	},
	"gauc_user": func(p Predictions) float64 { mean, _, _ := byGroup(p); return mean },
}

// byGroup returns the mean AUC of the groups, the number of groups of one class and the samples of the others.
func byGroup(p Predictions) (mean float64, left, samples int) {
	for g := int32(1); int(g) <= len(p.Logits); g++ {
		var scores, labels []float32
		for i, group := range p.Groups["user"] {
			if group == g {
				scores, labels = append(scores, p.Logits[i]), append(labels, p.Labels[i])
			}
		}
		area := pairAUC(scores, labels)
		switch {
		case len(labels) == 0:
		case math.IsNaN(area):
			left++
		default:
			mean += area * float64(len(labels))
			samples += len(labels)
		}
	}
	return mean / float64(samples), left, samples
}

func meanLogLoss(p Predictions, prediction func(i int) float64) float64 {
	var losses []float64
	for i, label := range p.Labels {
		x := prediction(i)
		losses = append(losses, -float64(label)*math.Log(x)-float64(1-label)*math.Log(1-x))
	}
	return sum(losses) / float64(len(losses))
}

func sigmoid(logit float32) float64 { return 1 / (1 + math.Exp(-float64(logit))) }

func probabilities(p Predictions) (all []float64) {
	for _, logit := range p.Logits {
		all = append(all, sigmoid(logit))
	}
	return all
}

func numbers(x []float32) (all []float64) {
	for _, v := range x {
		all = append(all, float64(v))
	}
	return all
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func TestMetricsAreTheirDefinitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	list, err := Choose([]string{"auc", "logloss", "calibration", "pr_auc", "ne", "ece", "gauc:user"})
	require.NoError(t, err)
	for range 30 {
		weighted := draw(rng, 20+rng.IntN(200))
		p := repeated(weighted)
		got, gotWeighted := Measure(p, list...), Measure(weighted, list...)
		for name, defined := range definitions {
			require.InDelta(t, defined(p), got.Value(name), 1e-9, name)
			require.InDelta(t, defined(p), gotWeighted.Value(name), 1e-9, "%s with weights", name)
		}
		_, left, samples := byGroup(p)
		require.EqualValues(t, left, got.Value("gauc_user_left_out"))
		require.EqualValues(t, samples, got.Value("gauc_user_samples"))
		require.Equal(t, got.Value("gauc_user_left_out"), gotWeighted.Value("gauc_user_left_out"))
	}
}

// A value that does not exist is NaN, not a number that looks like one.
func TestMetricsThatDoNotExist(t *testing.T) {
	list, err := Choose([]string{"auc", "pr_auc", "ne", "gauc:user"})
	require.NoError(t, err)
	groups := map[string][]int32{"user": {1, 2}}
	ofNoClick := Measure(Predictions{Logits: []float32{1, 2}, Labels: []float32{0, 0}, Groups: groups}, list...)
	ofNaN := Measure(Predictions{Logits: []float32{1, float32(math.NaN())}, Labels: []float32{0, 1}, Groups: groups}, list...)
	for _, name := range []string{"auc", "pr_auc", "ne", "gauc_user"} {
		require.True(t, math.IsNaN(ofNoClick.Value(name)), name)
		require.True(t, math.IsNaN(ofNaN.Value(name)), name)
	}
	require.Equal(t, 2.0, ofNoClick.Value("gauc_user_left_out"))
	ofUnknown := Measure(Predictions{Logits: []float32{1, 2}, Labels: []float32{0, 1}, Groups: map[string][]int32{"user": {0, 0}}}, list...)
	require.True(t, math.IsNaN(ofUnknown.Value("gauc_user")), "values out of vocabulary are no group")
	require.Equal(t, 0.0, ofUnknown.Value("gauc_user_samples"))
}

func TestChoicesOfMetrics(t *testing.T) {
	own := Metric{Name: "own", Measure: func(Predictions) float64 { return 0 }}
	list, err := Choose([]string{"own", "gauc:site id"}, own)
	require.NoError(t, err)
	require.Equal(t, []string{"own", "gauc_site id", "gauc_site id_left_out", "gauc_site id_samples"}, names(list))
	for choice, want := range map[string]string{
		"acu":   `unknown metric "acu"; known: auc, logloss, calibration, pr_auc, ne, ece, own, gauc:FIELD`,
		"gauc:": `unknown metric "gauc:"`,
		"auc":   `two metrics have the name "auc"`,
	} {
		_, err := Choose([]string{"auc", choice}, own)
		require.ErrorIs(t, err, ErrMetric)
		require.ErrorContains(t, err, want)
	}
}

func TestValuesInTables(t *testing.T) {
	for want, v := range map[string]float64{"0.5000": 0.5, "-": math.NaN()} {
		require.Equal(t, want, (&Metric{}).Format(v))
	}
	require.Equal(t, "12", (&Metric{Detail: true}).Format(12))
}
