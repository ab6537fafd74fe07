package ablate

import (
	"context"
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/stretchr/testify/require"
)

var fields = []datasets.Field{
	{Name: "ip", Rows: 5},
	{Name: "price", Kind: datasets.Numeric},
	{Name: "seen", Kind: datasets.List, Rows: 5, Length: 2, Shares: "ip"},
	{Name: "hour", Rows: 3},
	{Name: "age", Kind: datasets.Numeric},
}

// handMade is a set of which every id, number and label was written by hand. In the training part ip 2 occurs 4 times, 4 three
// times, 1 and 3 twice.
func handMade(t *testing.T) *datasets.Set {
	t.Helper()
	part := func(ids []int32, numbers, labels, weights []float32) datasets.Source {
		m, err := datasets.NewMemory(fields, ids, numbers, labels)
		require.NoError(t, err)
		m, err = m.Weighted(weights)
		require.NoError(t, err)
		return m
	}
	return &datasets.Set{
		Train: part([]int32{
			2, 1, 2, 1,
			2, 4, 2, 2,
			4, 3, -1, 1,
			3, 4, 1, 0,
		}, []float32{10, 20, 11, 21, 12, 22, 13, 23}, []float32{1, 0, 0, 1}, []float32{1, 2, 3, 4}),
		Test: part([]int32{0, 4, 3, 2}, []float32{14, 24}, []float32{1}, nil),
	}
}

func all(t *testing.T, s datasets.Source) datasets.Batch {
	t.Helper()
	var samples datasets.Batch
	for batch, err := range s.Batches(t.Context(), 3, nil) {
		require.NoError(t, err)
		samples.Rows += batch.Rows
		samples.IDs = append(samples.IDs, batch.IDs...)
		samples.Numbers = append(samples.Numbers, batch.Numbers...)
		samples.Labels = append(samples.Labels, batch.Labels...)
		samples.Weights = append(samples.Weights, batch.Weights...)
	}
	return samples
}

func TestFieldsAreLeftOut(t *testing.T) {
	a := Ablation{Without: []string{"seen", "price"}}
	set, err := a.Apply(t.Context(), handMade(t))
	require.NoError(t, err)
	require.Equal(t, []datasets.Field{fields[0], fields[3], fields[4]}, set.Train.Fields())
	require.Equal(t, 4, set.Train.Len())
	require.Nil(t, set.Valid)
	require.Equal(t, datasets.Batch{
		Rows: 4, IDs: []int32{2, 1, 2, 2, 4, 1, 3, 0}, Numbers: []float32{20, 21, 22, 23},
		Labels: []float32{1, 0, 0, 1}, Weights: []float32{1, 2, 3, 4},
	}, all(t, set.Train))
	require.Equal(t, datasets.Batch{Rows: 1, IDs: []int32{0, 2}, Numbers: []float32{24}, Labels: []float32{1}}, all(t, set.Test))
}

func TestTheMostFrequentValuesAreKept(t *testing.T) {
	for _, c := range []struct {
		share       float64
		rows        int
		train, test []int32
	}{
		// ip and seen share a vocabulary. Of its four values 2 and 4 are the most frequent, and 1 is the first of equals.
		{0.5, 3, []int32{1, 0, 1, 1, 1, 2, 1, 2, 2, 0, -1, 1, 0, 2, 0, 0}, []int32{0, 2, 0, 2}},
		{0.75, 4, []int32{2, 1, 2, 1, 2, 3, 2, 2, 3, 0, -1, 1, 0, 3, 1, 0}, []int32{0, 3, 0, 2}},
		{0, 1, []int32{0, 0, 0, 1, 0, 0, 0, 2, 0, 0, -1, 1, 0, 0, 0, 0}, []int32{0, 0, 0, 2}},
		{1, 5, []int32{2, 1, 2, 1, 2, 4, 2, 2, 4, 3, -1, 1, 3, 4, 1, 0}, []int32{0, 4, 3, 2}},
	} {
		a := Ablation{Keep: map[string]float64{"ip": c.share}}
		set, err := a.Apply(t.Context(), handMade(t))
		require.NoError(t, err)
		for i, rows := range []int{c.rows, 0, c.rows, 3, 0} {
			require.Equal(t, rows, set.Train.Fields()[i].Rows, fields[i].Name)
			require.Equal(t, rows, set.Test.Fields()[i].Rows, fields[i].Name)
		}
		require.Equal(t, c.train, all(t, set.Train).IDs)
		require.Equal(t, c.test, all(t, set.Test).IDs)
		require.Equal(t, all(t, handMade(t).Train).Numbers, all(t, set.Train).Numbers)
	}
}

func TestBothAtOnce(t *testing.T) {
	a := Ablation{Without: []string{"seen", "price", "age"}, Keep: map[string]float64{"hour": 0.5}}
	require.Equal(t, "shop without age, price, seen, with 50% of hour", a.Label("shop"))
	set, err := a.Apply(t.Context(), handMade(t))
	require.NoError(t, err)
	require.Equal(t, []datasets.Field{{Name: "ip", Rows: 5}, {Name: "hour", Rows: 2}}, set.Train.Fields())
	require.Equal(t, []int32{2, 1, 2, 0, 4, 1, 3, 0}, all(t, set.Train).IDs)
	require.Empty(t, all(t, set.Train).Numbers)
}

func TestNothingIsLeftOut(t *testing.T) {
	a := Ablation{}
	set := handMade(t)
	same, err := a.Apply(t.Context(), set)
	require.NoError(t, err)
	require.Same(t, set, same)
	require.Equal(t, "shop", a.Label("shop"))
}

func TestAblationsThatAreNotAllowed(t *testing.T) {
	keep := func(name string, share float64) Ablation { return Ablation{Keep: map[string]float64{name: share}} }
	for want, a := range map[string]Ablation{
		`there is no field "user"`:                                       {Without: []string{"user"}},
		`there is no field "id"`:                                         keep("id", 1),
		`keep: ip: the share must be in [0, 1], got 1.5`:                 keep("ip", 1.5),
		`keep: ip: the share must be in [0, 1], got NaN`:                 keep("ip", math.NaN()),
		`keep: field "price" has numbers`:                                keep("price", 1),
		`keep: field "seen" shares the vocabulary of "ip"`:               keep("seen", 1),
		`without "ip": field "seen" shares its vocabulary: leave it out`: {Without: []string{"ip"}},
		`field "ip" is left out and kept`:                                {Without: []string{"ip"}, Keep: map[string]float64{"ip": 1}},
		`no field is left`:                                               {Without: []string{"ip", "price", "seen", "hour", "age"}},
	} {
		_, err := a.Apply(t.Context(), handMade(t))
		require.ErrorIs(t, err, ErrAblation)
		require.ErrorContains(t, err, want)
	}
	a := keep("ip", 1)
	_, err := a.Apply(t.Context(), nil)
	require.ErrorContains(t, err, "no training part")

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = a.Apply(canceled, handMade(t))
	require.ErrorIs(t, err, context.Canceled)
}
