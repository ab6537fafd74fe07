package encode

import (
	"context"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

// gather reads all raw samples.
func gather(t *testing.T, x *datasets.Encoding, o RowOptions, paths ...string) (all Rows, sizes []int) {
	t.Helper()
	for b, err := range ReadRows(context.Background(), x, paths, o) {
		require.NoError(t, err)
		all.Rows += b.Rows
		all.IDs, all.Numbers, all.Labels = append(all.IDs, b.IDs...), append(all.Numbers, b.Numbers...), append(all.Labels, b.Labels...)
		all.Kept = append(all.Kept, b.Kept...)
		sizes = append(sizes, b.Rows)
	}
	return all, sizes
}

func TestAnEncodingReadsWhatReadRead(t *testing.T) {
	set := example(t)
	path := testlog.Write(t, "again.csv", testlog.Test+testlog.Test[len("site,click,time,price,item,history\n"):])
	got, sizes := gather(t, set.Encoding, RowOptions{Size: 3, Labelled: true, Keep: []string{"click", "item"}}, path)
	require.Equal(t, []int{3, 1}, sizes)
	want := testset.All(t, set.Test)
	require.Equal(t, slices.Repeat(want.IDs, 2), got.IDs)
	require.Equal(t, slices.Repeat(want.Numbers, 2), got.Numbers)
	require.Equal(t, slices.Repeat(want.Labels, 2), got.Labels)
	require.Equal(t, [][]string{{"1", "i9"}, {"0", "i3"}, {"1", "i9"}, {"0", "i3"}}, got.Kept)
	fields, err := set.Encoding.Fields()
	require.NoError(t, err)
	require.Equal(t, set.Train.Fields(), fields)
}

func TestAnEncodingReadsSamplesWithoutLabels(t *testing.T) {
	set := example(t)
	path := testlog.Write(t, "new.csv", "site,time,price,item,history\na,2026-01-05 10:00,,unseen,i1|unseen\n")
	got, _ := gather(t, set.Encoding, RowOptions{Size: 10}, path)
	require.Equal(t, 1, got.Rows)
	require.Empty(t, got.Labels)
	require.Equal(t, []int32{1, 1, 0, 1, 0}, got.IDs)
	require.Equal(t, []float32{0}, got.Numbers, "an empty cell counts as the mean")
}

// Kaggle's test file of Avazu has a header, but no column click, which tells headers of its training files.
func TestAHeaderWithoutTheLabelIsAHeader(t *testing.T) {
	s := &schema.Schema{Label: "y", Format: rawlog.Format{Columns: []string{"y", "a", "b"}}, Fields: []schema.Field{{Name: "a"}, {Name: "b"}}}
	set, err := Open(context.Background(), s, rawlog.Files{Train: []string{testlog.Write(t, "train.csv", "1,p,q\n0,p,r\n")}}, Options{})
	require.NoError(t, err)
	got, _ := gather(t, set.Encoding, RowOptions{Size: 10}, testlog.Write(t, "test.csv", "a,b\np,r\n"))
	require.Equal(t, []int32{1, 2}, got.IDs)
}

func TestRawSamplesThatCannotBeRead(t *testing.T) {
	set := example(t)
	for want, text := range map[string]string{
		`line 1, column "time": unknown column`:            "site,price,item,history\n",
		`line 2, column "price": not a finite number: "x"`: "site,time,price,item,history\na,2026-01-05 10:00,x,i,i\n",
		`line 1, column "click": unknown column`:           "label",
	} {
		labelled := text == "label"
		if labelled {
			text = "site,time,price,item,history\n"
		}
		var err error
		for _, e := range ReadRows(context.Background(), set.Encoding, []string{testlog.Write(t, "x.csv", text)}, RowOptions{Size: 1, Labelled: labelled}) {
			err = e
		}
		require.ErrorContains(t, err, want)
	}
	broken := *set.Encoding
	broken.Vocabularies = slices.Clone(broken.Vocabularies)
	broken.Vocabularies[0] = nil
	_, err := broken.Fields()
	require.ErrorIs(t, err, schema.ErrInvalid)
	_, err = datasets.NewVocabulary([]string{"", "a", "a"}, []int{0, 1, 1})
	require.ErrorIs(t, err, schema.ErrInvalid)
	_, err = datasets.NewVocabulary([]string{"a"}, []int{0})
	require.ErrorIs(t, err, schema.ErrInvalid)
}
