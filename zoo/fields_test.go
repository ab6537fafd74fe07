package zoo

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/stretchr/testify/require"
)

// GraphFields passes kinds, poolings and ids on as numbers.
func TestDataSetsAndGraphsHaveTheSameKinds(t *testing.T) {
	require.EqualValues(t, graph.Absent, datasets.Absent)
	fields := GraphFields([]datasets.Field{
		{Name: "a", Kind: datasets.Categorical, Rows: 2},
		{Name: "b", Kind: datasets.List, Rows: 3, Length: 4, Pooling: datasets.Mean},
		{Name: "c", Kind: datasets.List, Rows: 3, Length: 4, Pooling: datasets.Sum, Shares: "b"},
		{Name: "d", Kind: datasets.Numeric},
	})
	require.Equal(t, []graph.Field{
		{Name: "a", Kind: graph.Categorical, Rows: 2},
		{Name: "b", Kind: graph.List, Rows: 3, Length: 4, Pooling: graph.Mean},
		{Name: "c", Kind: graph.List, Rows: 3, Length: 4, Pooling: graph.Sum, Shares: "b"},
		{Name: "d", Kind: graph.Numeric},
	}, fields)
}

func TestUnknownKindsAndPoolingsAreErrors(t *testing.T) {
	for want, f := range map[string]datasets.Field{
		`field 0 ("a"): unknown kind 3`:    {Name: "a", Kind: 3, Rows: 1},
		`field 0 ("a"): unknown pooling 2`: {Name: "a", Kind: datasets.List, Rows: 1, Length: 1, Pooling: 2},
	} {
		_, _, err := graph.FirstRows(GraphFields([]datasets.Field{f}))
		require.ErrorContains(t, err, want)
	}
}
