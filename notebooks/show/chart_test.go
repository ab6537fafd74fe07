package show

import (
	"bytes"
	"image/png"
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

func TestChartIsAnImage(t *testing.T) {
	curves, err := Curves("title", "x", "y", Series{Name: "a", Y: []float64{1, 3, 2}}, Level("b", 2, 3))
	require.NoError(t, err)
	bars, err := Bars("title", "x", "y", []string{"one", "two"}, Series{Name: "a", Y: []float64{1, 3}}, Series{Name: "b", Y: []float64{2, 0}})
	require.NoError(t, err)
	for name, chart := range map[string]*Chart{"curves": curves, "bars": bars} {
		image, err := png.Decode(bytes.NewReader(chart.PNG()))
		require.NoError(t, err, name)
		require.Greater(t, image.Bounds().Dx(), image.Bounds().Dy(), name)
		require.Equal(t, chart.PNG(), chart.PNG(), "%s: the same chart, the same bytes", name)
	}
}

func TestChartRefuses(t *testing.T) {
	for name, s := range map[string]Series{
		"nothing":     {},
		"not numbers": {Y: []float64{1, math.NaN()}},
		"infinity":    {Y: []float64{1, 2}, X: []float64{0, math.Inf(1)}},
		"other x":     {Y: []float64{1, 2}, X: []float64{0}},
	} {
		_, err := Curves("", "", "", s)
		require.ErrorIs(t, err, ErrSeries, name)
		_, err = Bars("", "", "", []string{"one", "two"}, s)
		require.ErrorIs(t, err, ErrSeries, name)
	}
}

func TestWholeTicks(t *testing.T) {
	ticks := wholeTicks{}.Ticks(1, 4)
	require.Len(t, ticks, 4)
	require.Equal(t, "4", ticks[3].Label)
	require.Equal(t, roundTicks{}.Ticks(0, 1e6), wholeTicks{}.Ticks(0, 1e6))
}

func TestRoundTicks(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		labels    []string
	}{
		{0, 500, []string{"0", "100", "200", "300", "400", "500"}},
		{0.57, 0.71, []string{"0.60", "0.65", "0.70"}},
		{0, 1, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{0.1, 0.3, []string{"0.10", "0.15", "0.20", "0.25", "0.30"}},
		{-3, 4, []string{"-2", "0", "2", "4"}},
	} {
		var labels []string
		for _, tick := range (roundTicks{}).Ticks(test.low, test.high) {
			labels = append(labels, tick.Label)
		}
		require.Equal(t, test.labels, labels)
	}
}

func TestTestAUC(t *testing.T) {
	s := TestAUC("DNN", []metrics.Epoch{{Test: figures(0.7, 0)}, {Test: figures(0.8, 0)}})
	require.Equal(t, Series{Name: "DNN", Y: []float64{0.7, 0.8}}, s)
}
