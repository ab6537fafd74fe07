package prepared

import (
	"encoding/json"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

// A manifest that is accepted names the files of a prepared folder, each once.
func FuzzManifest(f *testing.F) {
	valid, err := json.Marshal(Manifest{Format: manifestFormat, Parts: []PartFile{{Name: "train", File: "train.parquet", Rows: 2, Positives: 1}}})
	require.NoError(f, err)
	f.Add(valid)
	f.Add([]byte(`{"format":1,"parts":[{"name":"train","file":"/dev/zero","rows":-1}]}`))
	fuzzing.Fuzz(f, func(t *testing.T, text []byte) {
		m, err := parseManifest(text)
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, p := range m.Parts {
			require.Contains(t, []string{"train.parquet", "valid.parquet", "test.parquet"}, p.File)
			require.False(t, seen[p.File])
			seen[p.File] = true
			require.Positive(t, p.Rows)
		}
	})
}
