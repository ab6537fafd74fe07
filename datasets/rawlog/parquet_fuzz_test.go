package rawlog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/stretchr/testify/require"
)

// A Parquet file of any bytes is read or is an error of that file, and never a panic.
func FuzzParquet(f *testing.F) {
	valid, err := os.ReadFile(testlog.Parquet(f))
	require.NoError(f, err)
	f.Add(valid)
	f.Add([]byte("PAR1PAR1"))
	path := filepath.Join(f.TempDir(), "x.parquet")
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		_, columns, err := FindColumns(t.Context(), Format{}, path)
		if err != nil {
			return
		}
		l, err := Open(Format{}, []string{path})
		require.NoError(t, err)
		rows := 0
		for r, err := range l(t.Context(), columns, nil) {
			if rows++; rows > 1000 || IsFatal(err) {
				break
			}
			if err == nil {
				require.Len(t, r.Values, len(columns))
			}
		}
	})
}
