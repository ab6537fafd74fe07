package zoo

import (
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
)

// GraphFields says to package graph what the fields of a data set are.
func GraphFields(fields []datasets.Field) []graph.Field {
	kinds := map[datasets.Kind]graph.Kind{
		datasets.Categorical: graph.Categorical,
		datasets.List:        graph.List,
		datasets.Numeric:     graph.Numeric,
	}
	poolings := map[datasets.Pooling]graph.Pooling{datasets.Mean: graph.Mean, datasets.Sum: graph.Sum}
	out := make([]graph.Field, len(fields))
	for i, f := range fields {
		out[i] = graph.Field{
			Name: f.Name, Kind: kinds[f.Kind], Rows: f.Rows, Length: f.Length,
			Pooling: poolings[f.Pooling], Shares: f.Shares,
		}
	}
	return out
}
