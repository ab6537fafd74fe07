package datasets_test

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/stretchr/testify/require"
)

// numbered is a source in memory whose samples are numbered.
func numbered(t *testing.T, rows int) *datasets.Memory {
	t.Helper()
	labels, numbers := make([]float32, rows), make([]float32, rows)
	ids := make([]int32, rows)
	for i := range rows {
		ids[i], numbers[i], labels[i] = int32(i), float32(i), float32(i&1)
	}
	m, err := datasets.NewMemory([]datasets.Field{{Name: "n", Rows: rows}, {Name: "x", Kind: datasets.Numeric}}, ids, numbers, labels)
	require.NoError(t, err)
	return m
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
			want := testset.Numbers(t, m.Batches(t.Context(), 12, shuffle()))
			for _, ranks := range []int{1, 2, 3, 4} {
				joined := make([][]int, len(want))
				for rank := range ranks {
					s, err := datasets.Divide(m, rank, ranks)
					require.NoError(t, err)
					require.NoError(t, s.Check(12))
					require.Equal(t, rows, s.Len())
					own := testset.Numbers(t, s.Batches(t.Context(), 12, shuffle()))
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
		want := testset.Numbers(t, m.Batches(t.Context(), 12, nil))
		for _, ranks := range []int{1, 2, 3, 7} {
			var joined [][]int
			count := -1
			for rank := range ranks {
				s, err := datasets.Divide(m, rank, ranks)
				require.NoError(t, err)
				own := testset.Numbers(t, s.Whole(t.Context(), 12))
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

func TestWhatCannotBeDivided(t *testing.T) {
	m := numbered(t, 20)
	s, err := datasets.Divide(m, 1, 3)
	require.NoError(t, err)
	require.EqualError(t, s.Check(16), "datasets: cannot be divided: batches of 16 samples between 3 ranks: the size must be a multiple of the ranks")
	for _, err := range s.Batches(t.Context(), 16, nil) {
		require.ErrorIs(t, err, datasets.ErrDivide)
	}
	for _, err := range s.Whole(t.Context(), 0) {
		require.ErrorContains(t, err, "batch size must be at least 1")
	}
	for _, c := range [][2]int{{0, 0}, {3, 3}, {-1, 2}} {
		_, err := datasets.Divide(m, c[0], c[1])
		require.ErrorIs(t, err, datasets.ErrDivide)
	}
	_, err = datasets.Divide(struct{ datasets.Source }{m}, 0, 2)
	require.ErrorContains(t, err, "a source of type struct")
}

// ownSource is a source of one's own, of which every rank reads all.
type ownSource struct{ *datasets.Memory }

type ownShare struct{ datasets.Source }

func (s ownSource) Share(int, int) datasets.Share { return ownShare{s.Memory} }

func (ownShare) Check(size int) error { return datasets.CheckShare(size, 1) }

func (s ownShare) Whole(ctx context.Context, size int) iter.Seq2[*datasets.Batch, error] {
	return s.Batches(ctx, size, nil)
}

func TestASourceOfOnesOwnCanBeDivided(t *testing.T) {
	s, err := datasets.Divide(ownSource{numbered(t, 3)}, 1, 2)
	require.NoError(t, err)
	require.NoError(t, s.Check(3))
	require.Equal(t, [][]int{{0, 1}, {2}}, testset.Numbers(t, s.Whole(t.Context(), 2)))
}

func TestASharedPassStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, err := datasets.Divide(numbered(t, 100), 1, 2)
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
