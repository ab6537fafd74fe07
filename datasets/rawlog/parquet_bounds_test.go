package rawlog

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/stretchr/testify/require"
)

// What headers claim is compared with what the file has before memory is asked for.
func TestDamagedParquetAsksForLittleMemory(t *testing.T) {
	valid, err := os.ReadFile(testlog.Parquet(t))
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	whole := 0
	for i := range 2000 {
		data := slices.Clone(valid)
		if i > 0 {
			for range 1 + random.IntN(3) {
				data[random.IntN(len(data))] = byte(random.IntN(256))
			}
		}
		if i%5 == 4 { // a length of five bytes, which is 2 GiB
			at := random.IntN(len(data) - 5)
			copy(data[at:], binary.AppendUvarint(nil, math.MaxInt32))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if readAll(t, data) == nil {
			whole++
		}
		runtime.ReadMemStats(&after)
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 64 {
			t.Errorf("damaged file %d of %d bytes took %d MiB", i, len(data), grown)
		}
	}
	require.Positive(t, whole)
}

// readAll reads all columns of a file; a panic is an error of the test.
func readAll(t *testing.T, data []byte) (failure error) {
	pf, err := parseParquet(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	columns := parquetColumns(pf)
	rows := 0
	err = readParquetRows(t.Context(), "x", bytes.NewReader(data), pf, columns, nil, func(_ *Record, err error) bool {
		failure = err
		rows++
		return rows < 1000 && !IsFatal(err)
	})
	if err != nil {
		return err
	}
	return failure
}
