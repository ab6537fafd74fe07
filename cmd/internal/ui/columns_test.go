package ui

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/stretchr/testify/require"
)

// headings joins those of the columns, and returns the length of a row.
func headings(list []epochColumn) (text string, width int) {
	width = len("epoch ")
	for _, c := range list {
		text += "|" + c.heading
		width += 2 + c.width
	}
	return text, width
}

func TestColumnsFitTheTerminal(t *testing.T) {
	r := Run{Metrics: metrics.Default(), Valid: true, Test: true}
	for _, c := range []struct {
		width int
		want  string
	}{
		{1000, "|train loss|valid AUC|log loss|test AUC|log loss|emb norm|samples/s"},
		{80, "|train loss|valid AUC|log loss|test AUC|log loss|emb norm|samples/s"},
		{72, "|train loss|valid AUC|log loss|test AUC|log loss|samples/s"},
		{45, "|train loss|valid AUC|test AUC"},
		{5, "|train loss|valid AUC|test AUC"},
	} {
		list := r.columns(c.width)
		got, width := headings(list)
		require.Equal(t, c.want, got)
		require.True(t, width <= c.width || c.width == 5)
	}
	r.Valid = false
	got, _ := headings(r.columns(1000))
	require.Equal(t, "|train loss|test AUC|log loss|calibration|emb norm|samples/s", got, "a part that is absent has no columns")
}

func TestAnEpochIsARow(t *testing.T) {
	var out bytes.Buffer
	r := NewReporter(&out, &bytes.Buffer{}, false)
	var best int
	r.Start(Run{Model: "dnn", Solver: "adam", Metrics: metrics.Default(), Valid: true, IsBest: func(e metrics.Epoch) bool { return e.Epoch == best }})
	oneClass := metrics.Measure(metrics.Predictions{Logits: []float32{1, 2}, Labels: []float32{0, 0}})
	best = 1
	require.NoError(t, r.Epoch(metrics.Epoch{Epoch: 1, TrainLoss: 0.5, Valid: &oneClass, EmbeddingNorm: math.NaN()}))
	require.NoError(t, r.Epoch(metrics.Epoch{Epoch: 2, TrainLoss: math.NaN(), Partial: true}))
	require.NoError(t, r.Best(metrics.Epoch{Epoch: 1, Valid: &oneClass}))
	lines := strings.Split(out.String(), "\n")
	require.Equal(t, "    1*      0.5000          -    1.7201         -          0", lines[3])
	require.Equal(t, "    2            -          -         -      0.00          0  partial: interrupted in this epoch", lines[4])
	require.Equal(t, "best epoch 1: valid AUC -, log loss 1.7201", lines[5])
	require.NotContains(t, out.String(), "NaN")
}

func TestWrappedLines(t *testing.T) {
	parts := []string{"best epoch 9:", "valid AUC 0.7000, log loss 0.5000,", "test AUC 0.6900"}
	require.Equal(t, "best epoch 9: valid AUC 0.7000, log loss 0.5000, test AUC 0.6900", wrapped(parts, 80))
	require.Equal(t, "best epoch 9:\n  valid AUC 0.7000, log loss 0.5000,\n  test AUC 0.6900", wrapped(parts, 45))
}

func TestTheColumnsOfDaysFitTheTerminal(t *testing.T) {
	for width, want := range map[int]int{1000: 11, 80: 6, 45: 3, 5: 2} {
		list := fit(dayColumns(), dayWidth, width)
		require.Len(t, list, want)
		require.True(t, width == 5 || len(row("2026-01-01  ", list, nil)) <= width)
	}
	r := &stream.Record{Day: "2026-01-01", Samples: 100, Seconds: 1.25}
	require.Equal(t, "d        100         -         -", row("d", fit(dayColumns(), dayWidth, 45), r))
}

func TestHanging(t *testing.T) {
	var out strings.Builder
	require.NoError(t, Hanging(&out, "name", 6, "one two", "", "three"))
	require.Equal(t, "name  one two\n      three\n", out.String())
}

func TestALineIsWrappedIfItIsTooWide(t *testing.T) {
	require.Equal(t, "1/9  amazon  dnn", fitted("1/9  amazon  dnn", 16))
	require.Equal(t, "1/9 amazon\n  dnn", fitted("1/9  amazon  dnn", 12))
}
