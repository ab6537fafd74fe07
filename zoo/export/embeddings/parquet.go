package embeddings

import (
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"
)

// parquetRow is a row of the Parquet file.
type parquetRow struct {
	Field  string    `parquet:"field,dict"`
	ID     int32     `parquet:"id,delta"`
	Value  string    `parquet:"value"`
	Count  int64     `parquet:"count,delta"`
	Vector []float32 `parquet:"vector,list"`
}

// rowsPerGroup is how many rows are in memory before they are written.
const rowsPerGroup = 1 << 16

// writeParquet writes field, id, value, count and vector. The value of id 0 is "", and that of a bucket is its id.
func writeParquet(to io.Writer, rows iter.Seq[row]) error {
	w := parquet.NewGenericWriter[parquetRow](to, parquet.Compression(&parquet.Zstd), parquet.MaxRowsPerRowGroup(rowsPerGroup))
	one := make([]parquetRow, 1)
	for r := range rows {
		one[0] = parquetRow{r.field, int32(r.ID), r.text(), int64(r.Count), r.Vector}
		if _, err := w.Write(one); err != nil {
			return err
		}
	}
	return w.Close()
}
