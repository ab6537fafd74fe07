package predict_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// readWeight is what another language reads of a weight.
type readWeight struct {
	Shape  []int   `json:"shape"`
	SHA256 string  `json:"sha256"`
	Sum    float64 `json:"sum"`
}

// The weights of every model are read by a program that shares no code with this package.
func TestAnotherLanguageReadsTheSameWeights(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("the reader needs python3: ", err)
	}
	settings := testrun.SmallSettings()
	testrun.ForEveryModel(t, settings, func(t *testing.T, _ string, m zoo.Model) {
		s := testrun.NewMixed(t)
		s.Run.Model = m
		s.Run.Epochs = 1
		dir := filepath.Join(t.TempDir(), "run")
		_, err := s.Train(dir, -1)
		require.NoError(t, err)
		saved, err := predict.Load(dir)
		require.NoError(t, err)
		defer saved.Free()

		out, err := exec.Command(python, filepath.Join("testdata", "read_weights.py"), saved.Path).Output()
		require.NoError(t, err)
		var got struct {
			Files   map[string]checkpoint.Part
			Weights map[string]readWeight
		}
		require.NoError(t, json.Unmarshal(out, &got))
		manifest, err := checkpoint.ReadManifest(saved.Path)
		require.NoError(t, err)
		require.Equal(t, manifest.Parts, got.Files)
		want := map[string]readWeight{}
		for w := range saved.Weights.All() {
			sum := 0.0
			for _, x := range w.Values() {
				sum += float64(x)
			}
			want[w.Name] = readWeight{w.Shape, checkpoint.Hash(offheap.Bytes(w.Values())), sum}
		}
		require.Equal(t, want, got.Weights)
	})
}
