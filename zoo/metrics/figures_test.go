package metrics

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// The text is what checkpoints had before metrics were a list.
func TestFiguresAsJSON(t *testing.T) {
	f := Figures{Samples: 3, Positives: 1, values: []figure{{"auc", 0.5}, {"logloss", math.Inf(1)}, {"calibration", math.NaN()}}}
	text, err := json.Marshal(f)
	require.NoError(t, err)
	require.Equal(t, `{"samples":3,"positives":1,"auc":0.5,"logloss":"+Inf","calibration":"NaN"}`, string(text))
	var again Figures
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, 3, again.Samples)
	require.True(t, math.IsInf(again.LogLoss(), 1))
	require.True(t, math.IsNaN(again.Calibration()))
	second, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(text), string(second))
	for _, bad := range []string{`[]`, `{"auc":[]}`, `7`, `{"samples":"x"}`} {
		require.Error(t, json.Unmarshal([]byte(bad), &again), bad)
	}
}

func TestEpochsAsJSON(t *testing.T) {
	e := Epoch{Epoch: 2, Steps: 8, TrainLoss: 0.5, Test: &Figures{Samples: 1, values: []figure{{"auc", math.NaN()}}}, Seconds: 1, Samples: 9}
	text, err := json.Marshal([]Epoch{e})
	require.NoError(t, err)
	require.Equal(t, `[{"epoch":2,"steps":8,"train_loss":0.5,"test":{"samples":1,"positives":0,"auc":"NaN"},"embedding_norm":0,"seconds":1,"samples":9}]`, string(text))
	var again []Epoch
	require.NoError(t, json.Unmarshal(text, &again))
	require.Nil(t, again[0].Valid)
	require.Equal(t, 8, again[0].Steps)
}

func TestValuesOfMissingFigures(t *testing.T) {
	var none *Figures
	require.True(t, math.IsNaN(none.AUC()))
	require.True(t, math.IsNaN((&Figures{}).Value("auc")))
}
