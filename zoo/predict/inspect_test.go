package predict_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

func TestInspect(t *testing.T) {
	s := testrun.NewSaved(t)
	s.Run.Epochs = 1
	s.Run.Model = zoo.WDL{EmbeddingDim: 4, HiddenUnits: []int{8}}
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	defer saved.Free()
	report, err := saved.Inspect()
	require.NoError(t, err)
	require.Equal(t, "zoo.WDL{EmbeddingDim:4 HiddenUnits:[8] Dropout:0}", report.Model)
	require.Equal(t, 16, report.Steps)
	require.Equal(t, 1, report.Epochs)
	require.Len(t, report.Weights, 6)
	require.Len(t, report.Segments, 16, "8 fields in each of two tables")

	// The same figures from the batches as they were trained, in their order.
	const field = 2 // item
	rows := saved.Fields[field].Rows
	latest, occurrences := make([]int, rows), 0
	step := 0
	for b, err := range s.Run.Train.Batches(context.Background(), 64, rand.New(rand.NewPCG(s.Run.Seed, 4))) {
		require.NoError(t, err)
		step++
		for i := field; i < len(b.IDs); i += 8 {
			latest[b.IDs[i]] = step
			occurrences++
		}
	}
	var ages []int
	for _, at := range latest {
		if at > 0 {
			ages = append(ages, step-at)
		}
	}
	slices.Sort(ages)
	got := report.Segments[field]
	require.Equal(t, "deep/table", got.Table)
	require.Equal(t, "item", got.Field)
	require.Equal(t, rows, got.Rows)
	require.Equal(t, occurrences, got.Occurrences)
	require.Equal(t, predict.Staleness{ages[(len(ages)-1)/2], ages[(len(ages)-1)*9/10], ages[len(ages)-1]}, got.Staleness)
	require.InDelta(t, 1/float64(rows), got.Never, 1e-12, "id 0 is out of vocabulary")

	all, err := saved.Rows("", "item")
	require.NoError(t, err)
	var norms float64
	count, id := 0, 0
	for r := range all {
		require.Equal(t, id, r.ID)
		require.Equal(t, int32(id), saved.Encoding.Vocabularies[field].ID(r.Value))
		require.Len(t, r.Vector, 4)
		norms += math.Sqrt(float64(r.Vector[0])*float64(r.Vector[0]) + float64(r.Vector[1])*float64(r.Vector[1]) +
			float64(r.Vector[2])*float64(r.Vector[2]) + float64(r.Vector[3])*float64(r.Vector[3]))
		count += r.Count
		id++
	}
	require.Equal(t, rows, id)
	require.Equal(t, 1000, count)
	require.InDelta(t, norms/float64(rows), got.Norm, 1e-9)

	bucketRows, bucketOccurrences := 0, 0
	for _, b := range got.Buckets {
		bucketRows += b.Rows
		bucketOccurrences += b.Occurrences
	}
	require.Equal(t, rows, bucketRows)
	require.Equal(t, 1000, bucketOccurrences)

	_, err = saved.Rows("wide", "item")
	require.ErrorContains(t, err, `no table "wide"; there are: ["deep/table" "wide/table"]`)
	_, err = saved.Rows("", "price")
	require.ErrorContains(t, err, `no field "price"`)
}

func TestInspectOfAllKindsOfFields(t *testing.T) {
	s := testrun.NewMixed(t)
	dir := filepath.Join(t.TempDir(), "run")
	_, err := s.Train(dir, 7)
	require.ErrorIs(t, err, context.Canceled)
	saved, err := predict.Load(dir)
	require.NoError(t, err)
	defer saved.Free()
	report, err := saved.Inspect()
	require.NoError(t, err)
	var fields []string
	for _, g := range report.Segments {
		fields = append(fields, g.Field)
	}
	require.Equal(t, []string{"a", "b/values", "day"}, fields, "numbers and shared rows are not segments")
	table := saved.Weights.Get("deep/table")
	last, err := saved.Rows("deep/table", "day")
	require.NoError(t, err)
	for r := range last {
		if r.ID == saved.Fields[4].Rows-1 {
			require.Equal(t, table.Values()[len(table.Values())-4:], r.Vector)
		}
	}
	require.Equal(t, datasets.Numeric, saved.Fields[1].Kind)
}
