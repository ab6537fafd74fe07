package synthetic

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/stretchr/testify/require"
)

func TestSyntheticIsALogWithALongTail(t *testing.T) {
	set, err := Open(t.Context(), Options{TrainRows: 50_000, Seed: 3})
	require.NoError(t, err)
	fields, m := set.Train.Fields(), testset.All(t, set.Train)
	counts := make([]int, fields[0].Rows)
	for i := 0; i < len(m.IDs); i += len(fields) {
		counts[m.IDs[i]]++
	}
	once := 0
	for _, c := range counts {
		if c == 1 {
			once++
		}
	}
	require.Greater(t, float64(once)/float64(len(counts)), 0.5, "the share of users that occur once")
	require.Greater(t, set.BestAUC, 0.7)
	require.Less(t, set.BestAUC, 0.9)

	again, err := Open(t.Context(), Options{TrainRows: 50_000, Seed: 3})
	require.NoError(t, err)
	require.Equal(t, m.IDs, testset.All(t, again.Train).IDs)
	require.Equal(t, m.Labels, testset.All(t, again.Train).Labels)
}

// Two samples of probabilities 0.9 and 0.2: the better one is the only positive with
// probability .9*.8, the worse one with .1*.2, and only these draws have an AUC.
func TestExpectedAUC(t *testing.T) {
	require.InDelta(t, .72/(.72+.02), expectedAUC([]float64{0.9, 0.2}), 1e-12)
}

func TestTheSyntheticLogHasAnEncoding(t *testing.T) {
	set, err := Open(t.Context(), Options{TrainRows: 200, TestRows: 50})
	require.NoError(t, err)
	fields, err := set.Encoding.Fields()
	require.NoError(t, err)
	require.Equal(t, set.Train.Fields(), fields)
	item := set.Encoding.Vocabularies[2]
	total := 0
	for id := range item.Len() {
		total += item.Count(int32(id))
	}
	require.Equal(t, 200, total)
	path := testlog.Write(t, "new.csv", "user,device,item,seller,category,site,hour,position\n-,-,"+item.Value(3)+",-,-,-,-,-\n")
	for got, err := range encode.ReadRows(t.Context(), set.Encoding, []string{path}, encode.RowOptions{Size: 10}) {
		require.NoError(t, err)
		require.Equal(t, []int32{0, 0, 3, 0, 0, 0, 0, 0}, got.IDs)
	}
}
