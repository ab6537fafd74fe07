package onnx

import (
	"bufio"
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// mixed makes a model over fields of all kinds.
func mixed(t *testing.T, m zoo.Model) *predict.Trained {
	t.Helper()
	set := testrun.Mixed(t)
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 2)))
	_, err := zoo.NewInferenceNetwork(m, graph.NewBuilder(1, zoo.GraphFields(set.Train.Fields()), w))
	require.NoError(t, err)
	t.Cleanup(w.Free)
	return &predict.Trained{Model: m, Fields: set.Train.Fields(), Weights: w, Encoding: set.Encoding}
}

// Every operation of every model has a form; whether it is the right one is tested in package verify, in a runtime.
func TestEveryModelIsExported(t *testing.T) {
	testrun.ForEveryModel(t, nil, func(t *testing.T, name string, m zoo.Model) {
		trained := mixed(t, m)
		var first []byte
		for range 2 {
			path := filepath.Join(t.TempDir(), "model.onnx")
			files, err := Save(path, trained, IDs)
			require.NoError(t, err)
			require.Equal(t, &Files{Model: path, Vocabulary: filepath.Join(filepath.Dir(path), "model.vocabulary.parquet")}, files)
			written, err := os.ReadFile(path)
			require.NoError(t, err)
			if first == nil {
				first = written
			}
			require.Equal(t, first, written, "the same bytes each time")
			text, err := readMetadata(bufio.NewReader(bytes.NewReader(written)), "ctrzoo.model")
			require.NoError(t, err)
			require.Equal(t, name, text)
		}
	})
}

func TestInputsAreInTheMetadata(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.onnx")
	trained := mixed(t, zoo.DNN{})
	_, err := Save(path, trained, IDs)
	require.NoError(t, err)
	in, err := ReadInputs(path)
	require.NoError(t, err)
	require.Equal(t, Input{Name: "past", Type: "int64", Columns: 3, Rows: trained.Fields[3].Rows, Column: "past", List: " ", Pooling: "mean"}, in.List[3])
	require.True(t, in.List[1].Log)
	require.Equal(t, trained.Encoding.Scales[1], *in.List[1].Scale)
}

func TestAFileThatIsThereStays(t *testing.T) {
	trained := mixed(t, zoo.DNN{})
	for _, name := range []string{"m.onnx", "m.onnx.data", "m.vocabulary.parquet"} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("older"), 0o600))
		_, err := Save(filepath.Join(dir, "m.onnx"), trained, IDs)
		require.ErrorIs(t, err, fs.ErrExist)
		require.ErrorContains(t, err, name)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, 1)
	}
}

func TestWhatHasNoRawInputsIsAnError(t *testing.T) {
	trained := mixed(t, zoo.DNN{})
	_, err := Export(trained, Raw)
	require.ErrorIs(t, err, ErrInput)
	require.ErrorContains(t, err, `the field "day" cannot be an input: weekday is derived by no operator of ONNX; export ids`)
	trained.Encoding = nil
	_, err = Export(trained, Raw)
	require.ErrorContains(t, err, "the model has no vocabularies")
	_, err = Export(trained, "bytes")
	require.ErrorContains(t, err, `inputs are ids or raw, got "bytes"`)
}

func FuzzReadMetadata(f *testing.F) {
	var model bytes.Buffer
	m := &Model{metadata: [][2]string{{"a", "1"}, {"b", strings.Repeat("2", 300)}}}
	m.addTensor("w", float32Type, []int{2}, make([]byte, 8))
	require.NoError(f, m.WriteTo(&model, ""))
	f.Add(model.Bytes())
	f.Add([]byte("\x72\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	text, err := readMetadata(bufio.NewReader(&model), "b")
	require.NoError(f, err)
	require.Equal(f, strings.Repeat("2", 300), text)
	fuzzing.Fuzz(f, func(_ *testing.T, data []byte) {
		readMetadata(bufio.NewReader(bytes.NewReader(data)), "b") // must only not panic, and end
	})
}
