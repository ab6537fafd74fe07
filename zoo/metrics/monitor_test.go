package metrics

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBest(t *testing.T) {
	epoch := func(auc, loss float64) Epoch {
		return Epoch{Valid: &Figures{values: []figure{{"auc", auc}, {"logloss", loss}, {"calibration", 1}}}}
	}
	history := []Epoch{epoch(math.NaN(), 0.5), epoch(0.6, 0.4), epoch(0.7, 0.45), epoch(0.7, 0.4), epoch(1, 0)}
	history[4].Partial = true
	require.Equal(t, 2, ValidAUC.Best(history, All()), "the first of equals")
	require.Equal(t, 1, ValidLogLoss.Best(history, All()))
	require.Equal(t, -1, NoMonitor.Best(history, All()))
	require.Equal(t, -1, Monitor("valid_calibration").Best(history, All()), "it has no goal")
	require.Equal(t, -1, ValidAUC.Best(history[:1], All()))
	require.Equal(t, -1, ValidAUC.Best([]Epoch{{}}, All()))
}

func TestAMonitorIsOneOfTheMetrics(t *testing.T) {
	own := append(All(), Metric{Name: "own", Goal: Lower, Measure: func(Predictions) float64 { return 0 }})
	require.NoError(t, Monitor("valid_own").Check(own))
	require.EqualError(t, Monitor("valid_own").Check(Default()), `unknown monitor "valid_own"; known: valid_auc, valid_logloss`)
	require.Error(t, Monitor("auc").Check(own))
}

func TestMetricsThatCannotBeUsed(t *testing.T) {
	measure := func(Predictions) float64 { return 0 }
	for want, m := range map[string]Metric{
		"needs a name and a function":     {Measure: measure},
		`two metrics have the name "auc"`: {Name: "auc", Measure: measure},
		`the name "samples" is reserved`:  {Name: "samples", Measure: measure},
		"(\"own\") needs a name":          {Name: "own"},
	} {
		err := Check(append(All(), m))
		require.ErrorIs(t, err, ErrMetric)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, Check(All()))
}
