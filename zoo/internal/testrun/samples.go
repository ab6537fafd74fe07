package testrun

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// MixedSamples are raw samples of the set Mixed, with unknown, absent and odd values.
func MixedSamples() []map[string]string {
	return []map[string]string{
		{"a": "p", "x": "1", "b/values": "v1", "past": "p q ü", "t": "2026-01-02"},
		{"a": "unseen", "x": "", "b/values": "", "past": "", "t": "2026-01-03"},
		{"a": "\"r\ns\"", "x": "-3.5", "b/values": "rare", "past": "q unseen", "t": "2026-02-01"},
		{"a": "ü", "x": "1e3", "b/values": "v2", "past": "p p p p", "t": "2026-01-01"},
	}
}

// TrainMixed saves a run over the set Mixed, and returns its directory. Without a model it is that of NewSaved.
func TrainMixed(t testing.TB, m zoo.Model) string {
	t.Helper()
	s := NewMixed(t)
	if m != nil {
		s.Run.Model = m
	}
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	return dir
}

// MixedPredictions are those of "zoo predict" for the MixedSamples in a file.
func MixedPredictions(t testing.TB, dir string) (all []float32) {
	t.Helper()
	var text bytes.Buffer
	for _, s := range MixedSamples() {
		require.NoError(t, json.NewEncoder(&text).Encode(s))
	}
	path := filepath.Join(t.TempDir(), "samples.jsonl")
	require.NoError(t, os.WriteFile(path, text.Bytes(), 0o600))
	loaded, err := predict.Load(dir)
	require.NoError(t, err)
	defer loaded.Free()
	predictor, err := loaded.Predictor()
	require.NoError(t, err)
	for rows, err := range encode.ReadRows(t.Context(), loaded.Encoding, []string{path}, encode.RowOptions{}) {
		require.NoError(t, err)
		all = make([]float32, rows.Rows)
		require.NoError(t, predictor.Predict(all, &rows.Batch))
	}
	require.Len(t, all, len(MixedSamples()))
	return all
}
