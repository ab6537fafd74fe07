package leak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/leak"
	"github.com/stretchr/testify/require"
)

// labelled is a source of samples whose fields know the label by so much: 1 always, 0 never.
func labelled(t *testing.T, samples int, category, list, number float64) datasets.Source {
	t.Helper()
	fields := []datasets.Field{
		{Name: "noise", Rows: 50}, {Name: "unique", Rows: samples + 1}, {Name: "category", Rows: 40},
		{Name: "list", Kind: datasets.List, Rows: 40, Length: 2}, {Name: "number", Kind: datasets.Numeric},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var ids []int32
	var numbers, labels []float32
	for i := range samples {
		click := rng.IntN(4) / 3
		told := func(share float64) int32 { // the label, or chance
			if rng.Float64() < share {
				return int32(click)
			}
			return int32(rng.IntN(2))
		}
		y := told(list)
		ids = append(ids, int32(rng.IntN(50)), int32(i+1), 20*told(category)+int32(rng.IntN(20)), y+2*int32(rng.IntN(10)), int32(rng.IntN(5)))
		numbers, labels = append(numbers, 5-10*float32(told(number))+rng.Float32()), append(labels, float32(click))
	}
	s, err := datasets.NewMemory(fields, ids, numbers, labels)
	require.NoError(t, err)
	return s
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		category, list, number float64
		want                   []string
	}{
		{0, 0, 0, nil},
		{0.9, 0.9, 0.9, nil},
		{1, 0, 0, []string{"category"}},
		{0, 1, 0, []string{"list"}},
		{0, 0, 1, []string{"number"}},
		{0.999, 0.999, 0.999, []string{"category", "list", "number"}},
	} {
		leaks, samples, err := leak.Find(t.Context(), labelled(t, 5000, c.category, c.list, c.number))
		require.NoError(t, err)
		require.Equal(t, 5000, samples)
		var names []string
		for _, l := range leaks {
			require.Greater(t, l.AUC, leak.AUC)
			names = append(names, l.Name)
		}
		require.Equal(t, c.want, names, fmt.Sprint(c))
	}
}

func TestFindReadsTheFirstSamplesOnly(t *testing.T) {
	_, samples, err := leak.Find(t.Context(), labelled(t, 60_000, 0, 0, 0))
	require.NoError(t, err)
	require.Equal(t, 50_000, samples)
	leaks, _, err := leak.Find(t.Context(), labelled(t, 99, 1, 1, 1))
	require.NoError(t, err)
	require.Empty(t, leaks, "so few may be chance")
	ended, end := context.WithCancel(t.Context())
	end()
	_, _, err = leak.Find(ended, labelled(t, 1000, 0, 0, 0))
	require.ErrorIs(t, err, context.Canceled)
}

// The AUC against the share of pairs that are in order, counted pair by pair.
func TestOfNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var values []leak.Value
	var pairs, right float64
	for range 300 {
		values = append(values, leak.Value{Rows: 1, Clicks: rng.IntN(2), Number: float64(rng.IntN(20))})
	}
	for _, a := range values {
		for _, b := range values {
			if a.Clicks == 1 && b.Clicks == 0 {
				pairs++
				switch {
				case a.Number > b.Number:
					right++
				case a.Number == b.Number:
					right += 0.5
				}
			}
		}
	}
	require.InDelta(t, max(right/pairs, 1-right/pairs), leak.OfNumbers(values, 300), 1e-12)
	require.Equal(t, 0.5, leak.OfNumbers(values[:100], 300), "most rows say nothing")
}

func BenchmarkFind(b *testing.B) {
	s := labelled(&testing.T{}, 50_000, 0, 0, 0)
	for b.Loop() {
		if _, _, err := leak.Find(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}
