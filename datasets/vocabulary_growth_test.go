package datasets

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// learn makes the vocabulary of a day's values, from nothing or from the day before.
func learn(base *Vocabulary, minCount int, values ...string) (*Vocabulary, []int32) {
	b := NewVocabularyBuilder()
	b.KeepWaiting()
	if base != nil {
		b.Begin(base)
	}
	var provisional []int32
	for _, value := range values {
		id := b.Add(value)
		b.Count(id, 1)
		provisional = append(provisional, id)
	}
	v, renamed := (*Vocabulary)(nil), []int32(nil)
	if base == nil {
		v, renamed = b.Build(minCount)
	} else {
		v, renamed = b.Grow(base, minCount)
	}
	for i, id := range provisional {
		provisional[i] = renamed[id]
	}
	return v, provisional
}

func TestAVocabularyGoesOn(t *testing.T) {
	one, ids := learn(nil, 2, "a", "b", "b", "a", "c", "")
	require.Equal(t, []int32{1, 2, 2, 1, 0, 0}, ids)
	require.Equal(t, Counts{[]string{"c", ""}, []int{1, 1}}, one.Waiting())

	two, ids := learn(one, 2, "d", "c", "b", "d", "e")
	require.Equal(t, []int32{3, 4, 2, 3, 0}, ids, "c has its second occurrence, d its first two")
	require.Equal(t, []int{3, 2, 3, 2, 2}, two.counts, "id 0 has those of c and of the empty value on day one, and of e")
	require.Equal(t, Counts{[]string{"", "e"}, []int{1, 1}}, two.Waiting())

	gone := two.Without([]int32{1, 3})
	require.True(t, gone.IsFree(1))
	require.Equal(t, 2, gone.Alive())
	require.Equal(t, []int32{0, 2, 0, 4}, []int32{gone.ID("a"), gone.ID("b"), gone.ID("d"), gone.ID("c")})

	three, ids := learn(gone, 2, "x", "x", "e", "y", "y", "z", "z", "b", "a")
	require.Equal(t, []int32{1, 1, 3, 5, 5, 6, 6, 2, 0}, ids, "free ids are taken over, the lowest first")
	require.Equal(t, []string{"x", "b", "e", "c", "y", "z"}, []string{three.Value(1), three.Value(2), three.Value(3), three.Value(4), three.Value(5), three.Value(6)})
	require.Equal(t, 4, three.Count(2))
	require.Equal(t, 2, three.Count(3))
}

// The same values in one log or in several, none of which leaves: the same ones have ids, with the same counts.
func TestManyDaysAreOneLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		var all []string
		for range 400 {
			all = append(all, fmt.Sprint(int(rng.ExpFloat64()*30)))
		}
		whole, _ := learn(nil, 3, all...)
		v, _ := learn(nil, 3, all[:100]...)
		for from := 100; from < 400; from += 100 {
			v, _ = learn(v, 3, all[from:from+100]...)
		}
		require.Equal(t, whole.Len(), v.Len())
		for id := int32(1); int(id) < whole.Len(); id++ {
			value := whole.Value(id)
			require.NotZero(t, v.ID(value), value)
			require.Equal(t, whole.Count(id), v.Count(v.ID(value)), value)
		}
		var waiting, wanted []string
		waiting = v.Waiting().Values
		wanted = whole.Waiting().Values
		slices.Sort(waiting)
		slices.Sort(wanted)
		require.Equal(t, wanted, waiting)
	}
}

func TestAVocabularyWithFreeIdsIsMadeAgain(t *testing.T) {
	v, _ := learn(nil, 1, "a", "b", "c", "")
	v = v.Without([]int32{2})
	var values []string
	for id := range int32(v.Len()) {
		values = append(values, v.Value(id))
	}
	again, err := NewVocabulary(values, v.counts)
	require.NoError(t, err)
	require.True(t, again.IsFree(2))
	require.False(t, again.IsFree(4), "the empty value occurred")
	require.Equal(t, int32(4), again.ID(""))
	require.Zero(t, again.ID("b"))
}
