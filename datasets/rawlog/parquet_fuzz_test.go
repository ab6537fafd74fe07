package rawlog

import (
	"bytes"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

// A Parquet file of any bytes is read or is an error of that file, and never a panic. Each seed has few columns, since most
// executions read them all.
func FuzzParquet(f *testing.F) {
	site := "news"
	addParquet(f, []struct {
		Site *string `parquet:"site,optional,dict"`
		Item int64   `parquet:"item"`
	}{{&site, 1<<53 + 1}, {nil, -7}})
	addParquet(f, []struct {
		History []int64 `parquet:"history,list"`
		Tags    []string
		Score   float64
	}{{[]int64{5, 6}, []string{"a"}, 1e300}, {}})
	addParquet(f, []struct {
		Day   int32     `parquet:"day,date"`
		Time  time.Time `parquet:"time,timestamp(microsecond)"`
		Cents int64     `parquet:"cents,decimal(2:12)"`
	}{{19000, time.UnixMilli(1_700_000_000_123), 5}})
	addParquet(f, []struct {
		Click bool
		User  struct{ Big uint64 }
		Price float32
	}{{Click: true}})
	f.Add([]byte("PAR1PAR1"))
	fuzzing.Fuzz(f, func(t *testing.T, data []byte) {
		pf, err := parseParquet(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		columns, rows := parquetColumns(pf), 0
		_ = readParquetRows(t.Context(), "x", bytes.NewReader(data), pf, columns, nil, func(r *Record, err error) bool {
			if err == nil && len(r.Values) != len(columns) {
				t.Errorf("%d values of %d columns", len(r.Values), len(columns))
			}
			rows++
			return rows < 1000 && !IsFatal(err)
		})
	})
}

// addParquet adds a file with row groups of one row.
func addParquet[Row any](f *testing.F, rows []Row) {
	var file bytes.Buffer
	w := parquet.NewGenericWriter[Row](&file, parquet.MaxRowsPerRowGroup(1))
	_, err := w.Write(rows)
	require.NoError(f, err)
	require.NoError(f, w.Close())
	f.Add(file.Bytes())
}
