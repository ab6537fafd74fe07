package prepared

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/stretchr/testify/require"
)

// Prepared files are read by hyparquet, which shares no code with ours. CTRZOO_NODE_MODULES is the
// folder node_modules after: npm install hyparquet@1.17.1 hyparquet-compressors@1.1.1
func TestAnotherReaderReadsPreparedData(t *testing.T) {
	modules := os.Getenv("CTRZOO_NODE_MODULES")
	if modules == "" {
		t.Skip("CTRZOO_NODE_MODULES does not say where hyparquet is")
	}
	dir := prepare(t)
	out, err := exec.Command("node", "testdata/read_parquet.mjs", modules,
		filepath.Join(dir, "test.parquet"), filepath.Join(dir, "vocabulary.parquet")).CombinedOutput()
	require.NoError(t, err, string(out))
	var tables [][]map[string]any
	require.NoError(t, json.Unmarshal(out, &tables), string(out))
	samples, vocabulary := tables[0], tables[1]

	want := example(t).Test
	require.Len(t, samples, want.Len())
	for b, err := range want.Batches(t.Context(), 1, nil) {
		require.NoError(t, err)
		row := samples[0]
		samples = samples[1:]
		require.EqualValues(t, b.Labels[0], row["label"])
		require.EqualValues(t, b.IDs[0], row["site"])
		require.EqualValues(t, b.IDs[1], row["day"])
		require.InDelta(t, b.Numbers[0], row["price"], 1e-7)
		require.EqualValues(t, b.IDs[2], row["item"])
		history := []any{}
		for _, id := range b.IDs[3:5] {
			if id != datasets.Absent {
				history = append(history, float64(id))
			}
		}
		require.Equal(t, history, row["history"])
	}
	require.Contains(t, vocabulary, map[string]any{"field": "item", "value": "i4, large", "id": 4.0, "count": 1.0})
}
