package zoo

import (
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
)

// GraphFields returns the fields of a data set as package graph has them. The kinds and poolings of the two
// packages have the same values, and graph refuses one that it does not know.
func GraphFields(fields []datasets.Field) []graph.Field {
	out := make([]graph.Field, len(fields))
	for i, f := range fields {
		out[i] = graph.Field{
			Name: f.Name, Kind: graph.Kind(f.Kind), Rows: f.Rows, Length: f.Length,
			Pooling: graph.Pooling(f.Pooling), Shares: f.Shares,
		}
	}
	return out
}
