package prepared

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// A part of a prepared data set is a Parquet file of one column for each field, in their order,
// and then the label: int32 for a categorical field, float32 for a number, a list of int32 for a
// list, int32 for the label; a last column of float32 has the weights, if the samples have any. If a field is itself named
// "label" or "weight", the name of ours gets underscores.
//
// Ids are packed by differences (DELTA_BINARY_PACKED). This takes less space than compression, and reads
// several times faster.

const (
	labelColumn  = "label"
	weightColumn = "weight"
)

// layout is which columns the file of a part has.
type layout struct {
	fields   []datasets.Field
	weighted bool // the samples have weights
}

// valuesOfRow returns how many values of 4 bytes a sample has.
func (l *layout) valuesOfRow() int {
	columns, numbers := datasets.Width(l.fields)
	if l.weighted {
		numbers++
	}
	return columns + numbers + 1
}

// columnName returns the name of a column, of ours without its underscores.
func (l *layout) columnName(column int) string {
	switch column - len(l.fields) {
	case 0:
		return labelColumn
	case 1:
		return weightColumn
	}
	return l.fields[column].Name
}

// columnGroup is a Parquet group whose columns keep their order; those of the library are sorted.
type columnGroup struct {
	parquet.Group
	names []string
}

func (g *columnGroup) Fields() []parquet.Field {
	fields := g.Group.Fields()
	slices.SortFunc(fields, func(a, b parquet.Field) int {
		return slices.Index(g.names, a.Name()) - slices.Index(g.names, b.Name())
	})
	return fields
}

func (g *columnGroup) add(name string, node parquet.Node) {
	g.Group[name] = node
	g.names = append(g.names, name)
}

// parquetSchema returns the schema of the file of a part.
func (l *layout) parquetSchema() *parquet.Schema {
	g := &columnGroup{Group: parquet.Group{}}
	for _, f := range l.fields {
		g.add(f.Name, parquetNode(f.Kind))
	}
	g.add(g.free(labelColumn), packedInt32())
	if l.weighted {
		g.add(g.free(weightColumn), parquetNode(datasets.Numeric))
	}
	return parquet.NewSchema("samples", g)
}

// free returns a name that no column has yet.
func (g *columnGroup) free(name string) string {
	for g.Group[name] != nil {
		name += "_"
	}
	return name
}

func parquetNode(kind datasets.Kind) parquet.Node {
	switch kind {
	case datasets.Numeric:
		return parquet.Encoded(parquet.Leaf(parquet.FloatType), &parquet.Plain)
	case datasets.List:
		return parquet.List(packedInt32())
	default:
		return packedInt32()
	}
}

func packedInt32() parquet.Node {
	return parquet.Encoded(parquet.Leaf(parquet.Int32Type), &parquet.DeltaBinaryPacked)
}

func compression() parquet.WriterOption {
	return parquet.Compression(&zstd.Codec{Level: zstd.SpeedFastest})
}
