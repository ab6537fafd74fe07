package testlog

import (
	"bytes"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

// ParquetRow is a row of a Parquet file as other programs write them.
type ParquetRow struct {
	Click   bool      `parquet:"click"`
	Item    int64     `parquet:"item"`
	Site    *string   `parquet:"site,optional,dict"`
	Price   float32   `parquet:"price"`
	Score   float64   `parquet:"score"`
	Big     uint64    `parquet:"big"`
	Day     int32     `parquet:"day,date"`
	Time    time.Time `parquet:"time,timestamp(microsecond)"`
	History []int64   `parquet:"history,list"`
	Tags    []string  `parquet:"tags"`
	User    struct {
		City string `parquet:"city"`
	} `parquet:"user"`
	Cents int64 `parquet:"cents,decimal(2:12)"`
}

// WriteParquet writes rows to a Parquet file with row groups of two rows. It returns the path.
func WriteParquet(t testing.TB, rows []ParquetRow) string {
	t.Helper()
	t.Helper()
	var file bytes.Buffer
	w := parquet.NewGenericWriter[ParquetRow](&file, parquet.MaxRowsPerRowGroup(2))
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return Write(t, "x.parquet", file.String())
}

// Parquet writes three rows to a Parquet file. It returns the path.
func Parquet(t testing.TB) string {
	t.Helper()
	site := "news"
	rows := []ParquetRow{
		{Click: true, Item: 1<<53 + 1, Site: &site, Price: 16777216, Score: 0.25, Big: 1<<64 - 1, Day: 19000,
			Time: time.UnixMilli(1_700_000_000_123), History: []int64{1<<24 + 1, 5}, Tags: []string{"a", "b"}},
		{Item: -7, Price: 1.5, Score: 1e300, History: nil},
		{Item: 3, History: []int64{9}, Tags: nil},
	}
	rows[0].User.City = "Köln"
	return WriteParquet(t, rows)
}
