package report

import (
	"math"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// captionsOf lists the captions of the figures of the first table of some records.
func captionsOf(t *testing.T, records ...*experiment.Record) string {
	t.Helper()
	list, err := Summarize(storeOf(t, records))[0].figures()
	require.NoError(t, err)
	var captions []string
	for _, f := range list {
		require.Contains(t, string(f.SVG), "<svg")
		captions = append(captions, f.Caption)
	}
	return strings.Join(captions, "\n")
}

func TestThePageHasTheFiguresOfThePoster(t *testing.T) {
	measured := func(r *experiment.Record) {
		r.Results[0].EmbeddingNorm, r.Results[0].Rademacher, r.Results[0].TestLogLoss = 3, 40, 0.6
		r.Results[0].Buckets = []metrics.RowGroup{{Name: "1", Rows: 100, Norm: 2, MeanLambda: 0.2}, {Name: "2", Rows: 10, Norm: 1, MeanLambda: 0.02}}
	}
	got := captionsOf(t, changed(made("adam", "dnn", 1, 0.7), measured), changed(made("adamar", "dnn", 1, 0.8), measured))
	for _, want := range []string{
		"norm of all embeddings after each epoch", "Rademacher bound after each epoch", "measured gap of generalisation",
		"norm of the embeddings after the last epoch by frequency bucket", "Proposition 1 is the gray line",
	} {
		require.Contains(t, got, want)
	}
	constant := func(r *experiment.Record) {
		measured(r)
		r.Results[0].Rademacher = experiment.Figure(math.NaN())
		r.Results[0].Buckets[1].MeanLambda = 0.2
	}
	got = captionsOf(t, changed(made("adamw", "dnn", 1, 0.7), constant))
	require.NotContains(t, got, "Proposition 1")
	require.NotContains(t, got, "Rademacher")
}

func TestAGridOfAlphaHasACurve(t *testing.T) {
	var records []*experiment.Record
	for n, name := range []string{"a", "b", "c", "d"} {
		for seed := range uint64(2) {
			records = append(records, changed(made("adamar", "dnn", seed, 0.7+float64(n)/100+float64(seed)/100), func(r *experiment.Record) {
				r.Method, r.Parameters = name, map[string]float64{"alpha": []float64{0, 1e-5, 1e-4, 1e-3}[n]}
			}))
		}
	}
	require.Contains(t, captionsOf(t, records...), "test AUC by alpha, mean over seeds")
	c := Summarize(storeOf(t, records))[0].Cells[0]
	// Two seeds, 0.01 apart: a deviation of 0.01/sqrt(2) and a quantile of 12.706.
	require.InDelta(t, 12.706*0.005, c.interval(), 1e-5)
}
