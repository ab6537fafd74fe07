package encode

import (
	"fmt"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func weightedSchema() *schema.Schema {
	return &schema.Schema{Label: "y", Weight: "w", Fields: []schema.Field{{Name: "a"}, {Name: "x", Kind: "numeric", Scale: "none"}}}
}

func openWeighted(t *testing.T, s *schema.Schema, text string) (*datasets.Set, error) {
	t.Helper()
	return Open(t.Context(), s, rawlog.Files{Train: []string{testlog.Write(t, "log.csv", text)}}, Options{})
}

func TestSamplesHaveTheWeightsOfTheirColumn(t *testing.T) {
	const text = "w,y,a,x\n0.5,1,u,1\n0,0,v,2\n1e2,0,u,3\n"
	set, err := openWeighted(t, weightedSchema(), text)
	require.NoError(t, err)
	testset.Equal(t, set.Train, &datasets.Batch{
		Rows: 3, IDs: []int32{1, 2, 1}, Numbers: []float32{1, 2, 3}, Labels: []float32{1, 0, 0}, Weights: []float32{0.5, 0, 100},
	})
	require.Equal(t, 2, set.Encoding.Vocabularies[0].Count(1), "a vocabulary counts samples")
	for rank, want := range [][]float32{{0.5}, {0}} { // of a first batch of two
		share, err := datasets.Divide(set.Train, rank, 2)
		require.NoError(t, err)
		for b := range share.Batches(t.Context(), 2, nil) {
			require.Equal(t, want, b.Weights)
			break
		}
	}
	labelled := readAll(t, set.Encoding, text, RowOptions{Size: 2, Labelled: true, Keep: []string{"w"}})
	require.Equal(t, []float32{0.5, 0, 100}, labelled.Weights)
	require.Equal(t, [][]string{{"0.5"}, {"0"}, {"1e2"}}, labelled.Kept)

	// to predict, nobody needs a weight, nor looks at one that is there
	unlabelled := readAll(t, set.Encoding, "a,x,z\nu,1,k\n", RowOptions{Keep: []string{"z"}})
	require.Empty(t, unlabelled.Weights)
	require.Equal(t, [][]string{{"k"}}, unlabelled.Kept)
	rows, err := NewRowEncoder(set.Encoding)
	require.NoError(t, err)
	require.False(t, rows.Has("w"))
	_, err = rows.Encode([]Cells{{Column: "a", Texts: []string{"u"}}, {Column: "x", Doubles: []float64{1}}})
	require.NoError(t, err)
}

// readAll reads raw samples of a text.
func readAll(t *testing.T, x *datasets.Encoding, text string, o RowOptions) (all Rows) {
	t.Helper()
	for r, err := range ReadRows(t.Context(), x, []string{testlog.Write(t, "rows.csv", text)}, o) {
		require.NoError(t, err)
		all.Weights, all.Kept = append(all.Weights, r.Weights...), append(all.Kept, r.Kept...)
	}
	return all
}

func TestAFieldMayBeReadFromTheColumnOfTheWeight(t *testing.T) {
	s := weightedSchema()
	s.Fields[1].Column = "w"
	set, err := openWeighted(t, s, "w,y,a\n2,1,u\n3,0,v\n")
	require.NoError(t, err)
	testset.Equal(t, set.Train, &datasets.Batch{
		Rows: 2, IDs: []int32{1, 2}, Numbers: []float32{2, 3}, Labels: []float32{1, 0}, Weights: []float32{2, 3},
	})
	require.Equal(t, []rawlog.Column{{Name: "y"}, {Name: "a"}, {Name: "w"}}, s.Columns())
}

func TestBadWeightsAreRefusedByFileAndLine(t *testing.T) {
	for _, cell := range []string{"-1", "NaN", "Inf", "1e300", "much", ""} {
		_, err := openWeighted(t, weightedSchema(), fmt.Sprintf("w,y,a,x\n1,1,u,1\n%s,0,u,1\n", cell))
		require.ErrorIs(t, err, schema.ErrWeight, cell)
		var place *rawlog.SyntaxError
		require.ErrorAs(t, err, &place)
		require.EqualValues(t, 3, place.Line)
		require.Equal(t, "w", place.Column)
	}
	_, err := openWeighted(t, weightedSchema(), "w,y,a,x\n0,1,u,1\n0,0,u,1\n")
	require.ErrorContains(t, err, "all samples of the training part weigh 0")
	_, err = openWeighted(t, weightedSchema(), "y,a,x\n1,u,1\n")
	require.ErrorContains(t, err, `"w"`)
	s := weightedSchema()
	s.Weight = "y"
	require.ErrorContains(t, s.Check(), "weight: it is the column of the label")

	m, err := datasets.NewMemory([]datasets.Field{{Name: "a", Rows: 2}}, []int32{1, 1}, nil, []float32{1, 0})
	require.NoError(t, err)
	_, err = m.Weighted([]float32{1})
	require.ErrorContains(t, err, "2 samples with 1 weights")
	_, err = m.Weighted([]float32{1, -1})
	require.ErrorIs(t, err, schema.ErrWeight)
}
