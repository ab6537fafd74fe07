package known

import (
	"context"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func TestOpen(t *testing.T) {
	_, err := All().Open(context.Background(), "criteo9", rawlog.Files{}, encode.Options{})
	require.ErrorIs(t, err, datasets.ErrUnknownData)
	require.ErrorContains(t, err, `"criteo9"; known: synthetic, avazu`)
}

func entryOf(name string) Entry {
	return Entry{Name: name, Schema: func(encode.Choices) (*schema.Schema, error) {
		return &schema.Schema{Label: "y", Fields: []schema.Field{{Name: "a"}}}, nil
	}}
}

func TestACatalogWithDataSetsOfOnesOwn(t *testing.T) {
	all := All()
	more, err := all.With(entryOf("shop"), entryOf("news"))
	require.NoError(t, err)
	require.Equal(t, append(all.Names(), "shop", "news"), more.Names())
	require.Equal(t, All().Names(), all.Names())
	found, err := more.Find("news")
	require.NoError(t, err)
	require.Equal(t, "news", found.Name)
	_, err = Catalog{}.Find("shop")
	require.EqualError(t, err, `unknown data set "shop"; known: `)

	for want, own := range map[string][]Entry{
		`two data sets have the name "avazu"`:                 {entryOf("avazu")},
		`two data sets have the name "shop"`:                  {entryOf("shop"), entryOf("shop")},
		`a data set has no name`:                              {entryOf("")},
		`the data set "x" must have either Schema or Draw`:    {{Name: "x"}},
		`the data set "both" must have either Schema or Draw`: {{Name: "both", Schema: entryOf("").Schema, Draw: syntheticEntry().Draw}},
	} {
		_, err := all.With(own...)
		require.ErrorContains(t, err, want)
	}
}

// The logs of a data set of one's own may come in parts.
func TestADataSetOfOnesOwnOpensItsLogs(t *testing.T) {
	own := entryOf("own")
	own.Logs = func(_ context.Context, paths []string, c encode.Choices) (l rawlog.Logs, err error) {
		require.EqualValues(t, 7, c.Seed)
		if l.Train, err = rawlog.Open(rawlog.Format{}, paths[:1]); err != nil {
			return l, err
		}
		l.Test, err = rawlog.Open(rawlog.Format{}, paths[1:])
		return l, err
	}
	catalog, err := All().With(own)
	require.NoError(t, err)
	files := rawlog.Files{Train: []string{testlog.Write(t, "a.csv", "y,a\n1,p\n0,q\n"), testlog.Write(t, "b.csv", "y,a\n1,q\n")}}
	set, err := catalog.Open(t.Context(), "own", files, encode.Options{Choices: encode.Choices{Seed: 7}})
	require.NoError(t, err)
	require.Equal(t, []int32{1, 2}, testset.All(t, set.Train).IDs)
	require.Equal(t, []int32{2}, testset.All(t, set.Test).IDs)
}

func TestTheSyntheticLogIsDrawn(t *testing.T) {
	set, err := All().Open(t.Context(), "synthetic", rawlog.Files{}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 200_000, set.Train.Len())
	_, err = All().Input("synthetic", rawlog.Files{}, encode.Options{})
	require.EqualError(t, err, "datasets: synthetic is drawn, not read")
}

// The counts are those of the sample's README: 9,999 lines of data in two files, of which the
// second has no header.
func TestAvazuSample(t *testing.T) {
	set, err := All().Open(context.Background(), "avazu", rawlog.Files{
		Train: []string{testlog.Sample(t, "avazu/train_9000.csv.gz")}, Test: []string{testlog.Sample(t, "avazu/test_1000.csv.gz")},
	}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 8999, set.Train.Len())
	require.Equal(t, 1000, set.Test.Len())
	require.Len(t, set.Train.Fields(), 24)
}
