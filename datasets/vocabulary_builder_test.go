package datasets_test

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/stretchr/testify/require"
)

// The test part has b before the training part has it, and c alone; d occurs once, below the min_count.
func TestAVocabularyHasTheFrequentValuesOfTheTrainingPart(t *testing.T) {
	b := datasets.NewVocabularyBuilder()
	var ids []int32
	for _, value := range []string{"b", "c", "a", "b", "d", "a"} {
		ids = append(ids, b.Add(value))
	}
	require.Equal(t, []int32{1, 2, 3, 1, 4, 3}, ids)
	require.Equal(t, 5, b.Len())
	require.Equal(t, []int32{1, 0}, []int32{b.ID("b"), b.ID("e")})
	for _, id := range []int32{3, 1, 4, 3} {
		b.Count(id, 1)
	}
	b.Count(1, 5)
	require.Equal(t, datasets.ValueCounts{Distinct: 3, Once: 1, AtMost5: 2}, b.Statistics())

	v, renamed := b.Build(2)
	require.Equal(t, []int32{datasets.Unseen, 2, datasets.Unseen, 1, 0}, renamed)
	require.Equal(t, []string{"", "a", "b"}, []string{v.Value(0), v.Value(1), v.Value(2)})
	require.Equal(t, []int{1, 2, 6}, []int{v.Count(0), v.Count(1), v.Count(2)})
	require.Equal(t, 3, v.Len())

	all := b.All()
	require.Equal(t, 5, all.Len())
	require.Equal(t, "d", all.Value(4))
	require.Equal(t, 6, all.Count(1))
}

func TestAVocabularyHoldsManyValues(t *testing.T) {
	values, counts := []string{""}, []int{0}
	for i := range int32(1000) {
		values, counts = append(values, string([]rune{'v', i})), append(counts, 1)
	}
	v, err := datasets.NewVocabulary(values, counts)
	require.NoError(t, err)
	for id, value := range values {
		require.EqualValues(t, id, v.ID(value))
		require.Equal(t, value, v.Value(int32(id)))
	}
	require.Zero(t, v.ID("other"))
}
