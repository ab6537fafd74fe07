package testset

import (
	"iter"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/stretchr/testify/require"
)

// All returns all samples of a source, in its order.
func All(t testing.TB, s datasets.Source) *datasets.Batch {
	t.Helper()
	all := &datasets.Batch{}
	for b, err := range s.Batches(t.Context(), 1000, nil) {
		require.NoError(t, err)
		all.Rows += b.Rows
		all.IDs, all.Numbers, all.Labels = append(all.IDs, b.IDs...), append(all.Numbers, b.Numbers...), append(all.Labels, b.Labels...)
		all.Weights = append(all.Weights, b.Weights...)
	}
	return all
}

// Equal asserts that a source has these samples.
func Equal(t testing.TB, s datasets.Source, want *datasets.Batch) {
	t.Helper()
	got := All(t, s)
	require.Equal(t, want.IDs, got.IDs)
	require.InDeltaSlice(t, want.Numbers, got.Numbers, 1e-6)
	require.Equal(t, want.Labels, got.Labels)
	require.Equal(t, want.Weights, got.Weights)
	require.Equal(t, want.Rows, got.Rows)
}

// Positives returns how many samples of a source have the label 1.
func Positives(t testing.TB, s datasets.Source) (n int) {
	t.Helper()
	for _, y := range All(t, s).Labels {
		n += int(y)
	}
	return n
}

// Numbers returns the numbers of the samples of each batch, which have one number each, odd for a positive.
func Numbers(t testing.TB, batches iter.Seq2[*datasets.Batch, error]) (all [][]int) {
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
