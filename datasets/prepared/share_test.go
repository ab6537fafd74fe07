package prepared

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/stretchr/testify/require"
)

func generator() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestSharesOfRowGroups(t *testing.T) {
	const rows = 4*encode.RowsPerGroup + 1000
	set, err := Open(t.Context(), prepareLarge(t, rows), Options{Memory: 1})
	require.NoError(t, err)
	groups := set.Train.(*RowGroups)
	var want []int
	for i := range rows {
		want = append(want, i)
	}
	for _, ranks := range []int{1, 2, 3} {
		var all, whole []int
		batches := -1
		for rank := range ranks {
			s, err := datasets.Divide(groups, rank, ranks)
			require.NoError(t, err)
			require.NoError(t, s.Check(1200))
			own := testset.Numbers(t, s.Batches(t.Context(), 1200, generator()))
			if batches >= 0 {
				require.Len(t, own, batches, "all ranks have as many batches")
			}
			batches = len(own)
			require.Equal(t, own, testset.Numbers(t, s.Batches(t.Context(), 1200, generator())), "the same generator, the same order")
			flat := slices.Concat(own...)
			require.False(t, slices.IsSorted(flat))
			all = append(all, flat...)
			whole = append(whole, slices.Concat(testset.Numbers(t, s.Whole(t.Context(), 1000))...)...)
		}
		require.LessOrEqual(t, batches, (rows/ranks+encode.RowsPerGroup)/(1200/ranks), "the groups are dealt out evenly")
		require.Equal(t, want, whole)
		slices.Sort(all)
		require.Equal(t, want, all, "every sample once")
	}
	alone, err := datasets.Divide(groups, 0, 1)
	require.NoError(t, err)
	require.Equal(t, testset.Numbers(t, groups.Batches(t.Context(), 1000, generator())), testset.Numbers(t, alone.Batches(t.Context(), 1000, generator())))

	s, err := datasets.Divide(groups, 0, 6)
	require.NoError(t, err)
	require.ErrorIs(t, s.Check(12), datasets.ErrDivide)
	require.ErrorContains(t, s.Check(12), "has 5 row groups for 6 ranks, each of which needs at least one")
	for _, err := range s.Batches(t.Context(), 12, nil) {
		require.ErrorIs(t, err, datasets.ErrDivide)
	}
}
