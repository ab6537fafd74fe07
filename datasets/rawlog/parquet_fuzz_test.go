package rawlog

import (
	"bytes"
	"os"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/stretchr/testify/require"
)

// A Parquet file of any bytes is read or is an error of that file, and never a panic.
func FuzzParquet(f *testing.F) {
	valid, err := os.ReadFile(testlog.Parquet(f))
	require.NoError(f, err)
	f.Add(valid)
	f.Add([]byte("PAR1PAR1"))
	fuzzing.Fuzz(f, func(t *testing.T, data []byte) {
		pf, err := parseParquet(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		columns, rows := parquetColumns(pf), 0
		_ = readParquetRows(t.Context(), "x", bytes.NewReader(data), pf, columns, nil, func(r *Record, err error) bool {
			if err == nil {
				require.Len(t, r.Values, len(columns))
			}
			rows++
			return rows < 1000 && !IsFatal(err)
		})
	})
}
