package tape

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// trained makes a model over fields.
func trained(t *testing.T, fields ...datasets.Field) *predict.Trained {
	t.Helper()
	m := zoo.WDL{EmbeddingDim: 2, HiddenUnits: []int{3}}
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 2)))
	t.Cleanup(w.Free)
	b := graph.NewBuilder(1, zoo.GraphFields(fields), w)
	b.Dropouts = rand.New(rand.NewPCG(0, 0))
	_, err := zoo.NewInferenceNetwork(m, b)
	require.NoError(t, err)
	return &predict.Trained{Model: m, Fields: fields, Weights: w}
}

func TestPredictionsAreWritten(t *testing.T) {
	dir := t.TempDir()
	m := trained(t, datasets.Field{Name: "a", Rows: 5}, datasets.Field{Name: "b", Rows: 5, Shares: "a"}, datasets.Field{Name: "c", Rows: 7})
	batches := []*datasets.Batch{{Rows: 2, IDs: []int32{4, 3, 6, 0, 1, 2}}, {Rows: 2, IDs: []int32{1, 1, 1, 0, 0, 0}}}
	require.NoError(t, WritePredictions(dir, m, Calls{Name: "some", Batches: batches, Part: true}))

	text, err := os.ReadFile(filepath.Join(dir, "predictions.json"))
	require.NoError(t, err)
	var p Predictions
	require.NoError(t, json.Unmarshal(text, &p))
	require.Equal(t, []Field{{"a", 0}, {"b", 0}, {"c", 5}}, p.Fields)
	require.Equal(t, []Calls{{Name: "some", Calls: 2, Samples: 2, Part: true}}, p.Calls)

	require.Equal(t, append(batches[0].IDs, batches[1].IDs...), testrun.ReadNumbers[int32](t, filepath.Join(dir, "some.ids")))
	predictor, err := m.Predictor()
	require.NoError(t, err)
	logits := testrun.ReadNumbers[float32](t, filepath.Join(dir, "some.logits"))
	for i, b := range batches {
		want := make([]float32, 2)
		require.NoError(t, predictor.Logits(want, b))
		require.Equal(t, want, logits[2*i:2*i+2])
	}

	weights := testrun.ReadNumbers[float32](t, filepath.Join(dir, "weights.bin"))
	for _, w := range p.Weights {
		n := w.Rows * w.Columns
		require.Equal(t, m.Weights.Get(w.Name).Values(), weights[:n], w.Name)
		require.Equal(t, m.Weights.Get(w.Name).Table != nil, w.Table, w.Name)
		weights = weights[n:]
	}
	require.Empty(t, weights)
	in, err := onnx.ReadInputs(filepath.Join(dir, "model.onnx"))
	require.NoError(t, err)
	require.Len(t, in.List, 3)
}

func TestWhatCannotBeWritten(t *testing.T) {
	require.Error(t, WritePredictions(t.TempDir(), nil))
	m := trained(t, datasets.Field{Name: "a", Rows: 5}, datasets.Field{Name: "past", Rows: 5, Kind: datasets.List, Length: 3})
	require.ErrorIs(t, WritePredictions(t.TempDir(), m), ErrFields)
}
