package datasets_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/stretchr/testify/require"
)

func TestMemoryShufflesTheSameForTheSameSeed(t *testing.T) {
	ids, labels := make([]int32, 1000), make([]float32, 1000)
	for i := range ids {
		ids[i] = int32(i)
	}
	m, err := datasets.NewMemory([]datasets.Field{{Name: "f", Rows: 1000}}, ids, nil, labels)
	require.NoError(t, err)
	pass := func(shuffle *rand.Rand) (all []int32) {
		for b, err := range m.Batches(context.Background(), 300, shuffle) {
			require.NoError(t, err)
			all = append(all, b.IDs...)
			require.Len(t, b.Labels, b.Rows)
		}
		return all
	}
	require.Equal(t, ids, pass(nil))
	shuffled := pass(rand.New(rand.NewPCG(1, 1)))
	require.NotEqual(t, ids, shuffled)
	require.ElementsMatch(t, ids, shuffled)
	require.Equal(t, shuffled, pass(rand.New(rand.NewPCG(1, 1))))
	for _, err := range m.Batches(context.Background(), 0, nil) {
		require.ErrorContains(t, err, "batch size must be at least 1")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range m.Batches(ctx, 10, nil) {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err = datasets.NewMemory([]datasets.Field{{Name: "f", Rows: 1}}, ids, nil, labels[:5])
	require.ErrorContains(t, err, "5 labels with 1000 ids")
}

// Ids above 2^24 do not fit in a float32.
func TestLargeIDsStayDistinct(t *testing.T) {
	m, err := datasets.NewMemory([]datasets.Field{{Name: "f", Rows: 1<<24 + 3}}, []int32{1 << 24, 1<<24 + 1, 1<<24 + 2}, nil, make([]float32, 3))
	require.NoError(t, err)
	testset.Equal(t, m, &datasets.Batch{Rows: 3, IDs: []int32{1 << 24, 1<<24 + 1, 1<<24 + 2}, Labels: make([]float32, 3)})
}
