package ui

import (
	"io"

	"github.com/parquet-go/parquet-go"
)

// parquetTable writes rows in groups.
type parquetTable struct {
	writer *parquet.GenericWriter[any]
	at     []int // of each column in the schema, which sorts them by name
	values []parquet.Value
	rows   int
}

const rowsPerGroup = 1 << 17

func newParquetTable(w io.Writer, columns []Column) *parquetTable {
	group := parquet.Group{}
	for _, c := range columns {
		group[c.Name] = parquetNode(c.Of)
	}
	t := &parquetTable{}
	schema := parquet.NewSchema("zoo", group)
	for _, c := range columns {
		leaf, _ := schema.Lookup(c.Name)
		t.at = append(t.at, leaf.ColumnIndex)
	}
	t.writer = parquet.NewGenericWriter[any](w, schema, parquet.Compression(&parquet.Zstd))
	return t
}

func parquetNode(of any) parquet.Node {
	switch of.(type) {
	case string:
		return parquet.String()
	case int:
		return parquet.Int(64)
	case []float32:
		return parquet.Repeated(parquet.Leaf(parquet.FloatType))
	default:
		return parquet.Leaf(parquet.FloatType)
	}
}

func (t *parquetTable) Row(values []any) error {
	parts := make([][]parquet.Value, len(values))
	for i, v := range values {
		parts[t.at[i]] = parquetValues(v, t.at[i])
	}
	t.values = t.values[:0]
	for _, p := range parts {
		t.values = append(t.values, p...)
	}
	if _, err := t.writer.WriteRows([]parquet.Row{t.values}); err != nil {
		return err
	}
	if t.rows++; t.rows%rowsPerGroup == 0 {
		return t.writer.Flush()
	}
	return nil
}

// parquetValues are a cell's values with their places in a repetition.
func parquetValues(v any, column int) []parquet.Value {
	list, isList := v.([]float32)
	if !isList {
		if n, isInt := v.(int); isInt {
			v = int64(n)
		}
		return []parquet.Value{parquet.ValueOf(v).Level(0, 0, column)}
	}
	values := make([]parquet.Value, len(list))
	for i, x := range list {
		values[i] = parquet.ValueOf(x).Level(min(i, 1), 1, column)
	}
	return values
}

func (t *parquetTable) Close() error { return t.writer.Close() }
