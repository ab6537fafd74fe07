package prepared

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func TestPreparedDataKeepsTheWeights(t *testing.T) {
	const rows = encode.RowsPerGroup + 10
	var text strings.Builder
	text.WriteString("y,weight,w\n")
	for i := range rows {
		fmt.Fprintf(&text, "%d,f%d,%g\n", i&1, i%7, float64(i%5)/4)
	}
	// a field has the name that our own column would have
	s := &schema.Schema{Label: "y", Weight: "w", Fields: []schema.Field{{Name: "weight"}}}
	in := encode.Input{Schema: s, Files: rawlog.Files{Train: []string{testlog.Write(t, "log.csv", text.String())}}}
	want, err := in.Open(t.Context())
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "data")
	m, err := Write(t.Context(), dir, in)
	require.NoError(t, err)
	var sum float64
	for _, w := range testset.All(t, want.Train).Weights {
		sum += float64(w)
	}
	require.InDelta(t, sum, m.Parts[0].Weight, 1e-6)

	for _, memory := range []int64{0, 1} { // in memory, and by row groups
		set, err := Open(t.Context(), dir, Options{Memory: memory})
		require.NoError(t, err)
		_, inMemory := set.Train.(*datasets.Memory)
		require.Equal(t, memory == 0, inMemory)
		testset.Equal(t, set.Train, testset.All(t, want.Train))
	}
}
