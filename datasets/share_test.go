package datasets

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbered is a source in memory whose samples are numbered.
func numbered(t *testing.T, rows int) *Memory {
	t.Helper()
	labels, numbers := make([]float32, rows), make([]float32, rows)
	ids := make([]int32, rows)
	for i := range rows {
		ids[i], numbers[i], labels[i] = int32(i), float32(i), float32(i&1)
	}
	m, err := NewMemory([]Field{{Name: "n", Rows: rows}, {Name: "x", Kind: Numeric}}, ids, numbers, labels)
	require.NoError(t, err)
	return m
}

// numbersOf are the numbers of the samples of each batch.
func numbersOf(t *testing.T, batches iter.Seq2[*Batch, error]) (all [][]int) {
	t.Helper()
	for b, err := range batches {
		require.NoError(t, err)
		numbers := make([]int, b.Rows)
		for i := range numbers {
			numbers[i] = int(b.Numbers[i])
			require.Equal(t, float32(numbers[i]&1), b.Labels[i])
		}
		all = append(all, numbers)
	}
	return all
}

func generator() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// Together the slices of the ranks are the batches of one process, sample by sample.
func TestSharesOfMemoryAreSlicesOfItsBatches(t *testing.T) {
	for _, rows := range []int{1, 11, 12, 48, 51} {
		for _, shuffled := range []bool{false, true} {
			m := numbered(t, rows)
			var shuffle func() *rand.Rand = func() *rand.Rand { return nil }
			if shuffled {
				shuffle = generator
			}
			want := numbersOf(t, m.Batches(t.Context(), 12, shuffle()))
			for _, ranks := range []int{1, 2, 3, 4} {
				joined := make([][]int, len(want))
				for rank := range ranks {
					s, err := Divide(m, rank, ranks)
					require.NoError(t, err)
					require.NoError(t, s.Check(12))
					require.Equal(t, rows, s.Len())
					own := numbersOf(t, s.Batches(t.Context(), 12, shuffle()))
					require.Len(t, own, len(want))
					for i, b := range own {
						require.LessOrEqual(t, len(b), 12/ranks)
						joined[i] = append(joined[i], b...)
					}
				}
				require.Equal(t, want, joined)
			}
		}
	}
}

// Joined in the order of the ranks, whole batches are the source in its order.
func TestWholeBatchesOfAllRanksAreTheSource(t *testing.T) {
	for _, rows := range []int{1, 11, 12, 48, 51} {
		m := numbered(t, rows)
		want := numbersOf(t, m.Batches(t.Context(), 12, nil))
		for _, ranks := range []int{1, 2, 3, 7} {
			var joined [][]int
			count := -1
			for rank := range ranks {
				s, err := Divide(m, rank, ranks)
				require.NoError(t, err)
				own := numbersOf(t, s.Whole(t.Context(), 12))
				if count >= 0 {
					require.Len(t, own, count, "all ranks have as many batches")
				}
				count = len(own)
				joined = append(joined, slices.DeleteFunc(own, func(b []int) bool { return len(b) == 0 })...)
			}
			require.Equal(t, want, joined)
		}
	}
}

func TestSharesOfRowGroups(t *testing.T) {
	const rows = 4*rowsPerGroup + 1000
	set, err := OpenPrepared(t.Context(), prepareLarge(t, rows), 1)
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
			s, err := Divide(groups, rank, ranks)
			require.NoError(t, err)
			require.NoError(t, s.Check(1200))
			own := numbersOf(t, s.Batches(t.Context(), 1200, generator()))
			if batches >= 0 {
				require.Len(t, own, batches, "all ranks have as many batches")
			}
			batches = len(own)
			require.Equal(t, own, numbersOf(t, s.Batches(t.Context(), 1200, generator())), "the same generator, the same order")
			flat := slices.Concat(own...)
			require.False(t, slices.IsSorted(flat))
			all = append(all, flat...)
			whole = append(whole, slices.Concat(numbersOf(t, s.Whole(t.Context(), 1000))...)...)
		}
		require.LessOrEqual(t, batches, (rows/ranks+rowsPerGroup)/(1200/ranks), "the groups are dealt out evenly")
		require.Equal(t, want, whole)
		slices.Sort(all)
		require.Equal(t, want, all, "every sample once")
	}
	alone, err := Divide(groups, 0, 1)
	require.NoError(t, err)
	require.Equal(t, numbersOf(t, groups.Batches(t.Context(), 1000, generator())), numbersOf(t, alone.Batches(t.Context(), 1000, generator())))

	s, err := Divide(groups, 0, 6)
	require.NoError(t, err)
	require.ErrorIs(t, s.Check(12), ErrDivide)
	require.ErrorContains(t, s.Check(12), "has 5 row groups for 6 ranks, each of which needs at least one")
	for _, err := range s.Batches(t.Context(), 12, nil) {
		require.ErrorIs(t, err, ErrDivide)
	}
}

func TestWhatCannotBeDivided(t *testing.T) {
	m := numbered(t, 20)
	s, err := Divide(m, 1, 3)
	require.NoError(t, err)
	require.EqualError(t, s.Check(16), "datasets: cannot be divided: batches of 16 samples between 3 ranks: the size must be a multiple of the ranks")
	for _, err := range s.Batches(t.Context(), 16, nil) {
		require.ErrorIs(t, err, ErrDivide)
	}
	for _, err := range s.Whole(t.Context(), 0) {
		require.ErrorContains(t, err, "batch size must be at least 1")
	}
	for _, c := range [][2]int{{0, 0}, {3, 3}, {-1, 2}} {
		_, err := Divide(m, c[0], c[1])
		require.ErrorIs(t, err, ErrDivide)
	}
	_, err = Divide(struct{ Source }{m}, 0, 2)
	require.ErrorContains(t, err, "a source of type struct")
}

func TestASharedPassStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := Divide(numbered(t, 100), 1, 2)
	require.NoError(t, err)
	n := 0
	for _, err := range s.Batches(ctx, 10, nil) {
		if n++; n == 2 {
			cancel()
		}
		require.Equal(t, n == 3, errors.Is(err, context.Canceled))
	}
	require.Equal(t, 3, n)
	for range s.Whole(t.Context(), 10) {
		break // the loop may end early
	}
}
