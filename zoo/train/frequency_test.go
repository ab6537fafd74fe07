package train

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/stretchr/testify/require"
)

// mixedSource has a field of each kind: 3 samples with ids, a history (places -1 are empty) and a number.
func mixedSource(t *testing.T) datasets.Source {
	t.Helper()
	source, err := datasets.NewMemory([]datasets.Field{
		{Name: "item", Rows: 3},
		{Name: "price", Kind: datasets.Numeric},
		{Name: "history", Kind: datasets.List, Rows: 3, Length: 3, Shares: "item"},
		{Name: "site", Rows: 2},
	}, []int32{
		1, 1, 1, 2, 0,
		2, 2, -1, -1, 1,
		1, -1, -1, -1, 1,
	}, []float32{3, 0, -2}, []float32{1, 0, 1})
	require.NoError(t, err)
	return source
}

func TestFrequenciesOfEveryKindOfField(t *testing.T) {
	f, err := countFrequencies(context.Background(), mixedSource(t))
	require.NoError(t, err)
	require.Equal(t, []int{0, -1, 0, 3}, f.first)
	require.Equal(t, []int{0, 4, 3, 1, 2}, f.counts) // item rows 0..2, site rows 0..1
	require.Equal(t, 3, f.samples)
	// One-hot: item and site, 3 samples each. Lists: (2^2+1)/9 and 1. Numbers: 9 + 0 + 4.
	require.InDelta(t, 6+5.0/9+1+13, f.inputNorm, 1e-12)
}

func TestBucketsOfOneFieldAndOfAll(t *testing.T) {
	f, err := countFrequencies(context.Background(), mixedSource(t))
	require.NoError(t, err)
	all, err := f.divide(Buckets{Number: 2})
	require.NoError(t, err)
	require.Equal(t, []uint8{1, 2, 1, 1, 2}, all)
	site, err := f.divide(Buckets{Number: 2, Field: "site"})
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 0, 0, 1, 2}, site)
	for _, field := range []string{"price", "history", "none"} {
		_, err = f.divide(Buckets{Number: 2, Field: field})
		require.ErrorContains(t, err, field)
	}
}

func TestFirstRowsAreThoseOfTheTable(t *testing.T) {
	fields := zoo.GraphFields(mixedSource(t).Fields())
	first, rows, err := graph.FirstRows(fields)
	require.NoError(t, err)
	require.Equal(t, []int{0, -1, 0, 3}, first)
	w := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	defer w.Free()
	require.NotNil(t, graph.NewBuilder(1, fields, w).Embed("deep", 2))
	require.Equal(t, rows, w.Get("deep/table").Table.Rows())
}
