package show

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	table := NewTable("field", "rows", "AUC").Row("user", 1234567, 0.5).Row("größe", 12, float32(0.25)).Row("a<b").Row(1, 2, 3, 4)
	require.Equal(t, ""+
		"field       rows     AUC\n"+
		"user   1,234,567  0.5000\n"+
		"größe         12  0.2500\n"+
		"a<b\n"+
		"1              2       3", table.String())
	html := table.HTML()
	require.Contains(t, html, `<th style="text-align:left">field</th><th style="text-align:right">rows</th>`)
	require.Contains(t, html, "a&lt;b")
}

func TestGroup(t *testing.T) {
	for v, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -123456: "-123,456", 1234567: "1,234,567"} {
		require.Equal(t, want, group(v))
	}
}

func TestEpochs(t *testing.T) {
	history := []metrics.Epoch{{Epoch: 1, Steps: 1000, TrainLoss: 0.5, EmbeddingNorm: 2, Test: figures(0.75, 0.4)}}
	require.Equal(t, ""+
		"epoch  steps  train loss  test loss  test AUC  embedding norm\n"+
		"    1  1,000      0.5000     0.4000    0.7500          2.0000", Epochs(history).String())
	history[0].Test = nil
	require.NotContains(t, Epochs(history).String(), "0.75")
}

// figures have the given AUC and log loss.
func figures(auc, logLoss float64) *metrics.Figures {
	f := metrics.Measure(metrics.Predictions{},
		metrics.Metric{Name: "auc", Measure: func(metrics.Predictions) float64 { return auc }},
		metrics.Metric{Name: "logloss", Measure: func(metrics.Predictions) float64 { return logLoss }})
	return &f
}
