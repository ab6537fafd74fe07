package prepared

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// A part of a prepared data set is a Parquet file of one column for each field, in their order,
// and then the label: int32 for a categorical field, float32 for a number, a list of int32 for a
// list, int32 for the label. If a field is itself named "label", the label's name gets underscores.
//
// Ids are packed by differences (DELTA_BINARY_PACKED). This takes less space than compression, and reads
// several times faster.

const labelColumn = "label"

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
func parquetSchema(fields []datasets.Field) *parquet.Schema {
	g := &columnGroup{Group: parquet.Group{}}
	label := labelColumn
	for _, f := range fields {
		g.add(f.Name, parquetNode(f.Kind))
		if f.Name == label {
			label += "_"
		}
	}
	for g.Group[label] != nil {
		label += "_"
	}
	g.add(label, packedInt32())
	return parquet.NewSchema("samples", g)
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
