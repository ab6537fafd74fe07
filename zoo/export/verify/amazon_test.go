package verify

import (
	"os"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// The whole way on real data: the Beauty reviews of Amazon, AdamAR, ONNX Runtime.
func TestAModelOfAmazonBeauty(t *testing.T) {
	const folder = "../../../../shared/data/amazon/"
	if _, err := os.Stat(folder); err != nil || !*long {
		t.Skip("needs -long and the reviews in ", folder)
	}
	needsRuntime(t)
	files := rawlog.Files{Train: []string{folder + "reviews_Beauty_5.json.gz", folder + "meta_Beauty.json.gz"}}
	set, err := known.All().Open(t.Context(), "amazon", files, encode.Options{})
	require.NoError(t, err)
	solver, err := solvers.NewAdamAR(solvers.WithLearnRate(2e-3))
	require.NoError(t, err)
	result, err := train.Train(t.Context(), train.Run{Model: zoo.XDeepFM{}, Solver: solver, Train: set.Train, Test: set.Test, Encoding: set.Encoding, Epochs: 1})
	require.NoError(t, err)
	defer result.Free()
	path := save(t, result.Trained, onnx.IDs)
	save(t, result.Trained, onnx.Raw)
	agree(t, 257, samples, func(o Options) (*Report, error) {
		return Batches(t.Context(), path, result.Trained, set.Test.Batches(t.Context(), 257, nil), o)
	})
}
