package predict_test

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// savedMixed is a loaded model of all kinds of fields.
func savedMixed(t testing.TB) *predict.Trained {
	t.Helper()
	s := testrun.NewMixed(t)
	s.Run.Model = zoo.DNN{EmbeddingDim: 2, HiddenUnits: []int{4}}
	s.Run.Test, s.Run.Epochs = nil, 1
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	t.Cleanup(saved.Free)
	return saved
}

// Whatever the text of a file of samples, each sample that is read gets a probability; the rest is an
// error.
func FuzzPredict(f *testing.F) {
	saved := savedMixed(f)
	predictor, err := saved.Predictor()
	require.NoError(f, err)
	f.Add("a,x,b/values,past,t\np,1.5,v1,p q,2026-01-01\n\"r\ns\",,unseen,,2026-01-03\n", false)
	f.Add("t,past,b/values,x,a\r\n2026-02-30,p,v1,1e300,q\r\n", false)
	f.Add(`{"a":"p","x":1.5,"b/values":"v1","past":["p","q"],"t":"2026-01-01"}`+"\n"+`{"a":"ü","x":null,"b/values":7,"past":"p q","t":"2026-01-02"}`, true)
	fuzzing.Fuzz(f, func(t *testing.T, text string, asJSON bool) {
		path := "x.csv"
		if asJSON {
			path = "x.jsonl"
		}
		log, err := rawlog.OpenText(saved.Encoding.Schema.Format, path, []byte(text))
		require.NoError(t, err)
		predictions := make([]float32, 7)
		options := encode.RowOptions{Size: len(predictions), Keep: []string{"a"}}
		for rows, err := range encode.ReadLog(t.Context(), saved.Encoding, log, options) {
			if err != nil {
				require.ErrorContains(t, err, path)
				return
			}
			require.Len(t, rows.Kept, rows.Rows)
			require.NoError(t, predictor.Predict(predictions, &rows.Batch))
			for _, p := range predictions[:rows.Rows] {
				require.True(t, p >= 0 && p <= 1, "prediction %v", p)
			}
		}
	})
}
