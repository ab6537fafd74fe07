package solvers

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers/internal/fake"
	"github.com/stretchr/testify/require"
)

func TestFrequencyBuckets(t *testing.T) {
	for name, c := range map[string]struct {
		counts []int
		n      int
		want   []uint8
	}{
		"equal mass":           {[]int{1, 1, 1, 1, 4}, 2, []uint8{1, 1, 1, 1, 2}},
		"in any order":         {[]int{4, 1, 2, 1}, 2, []uint8{2, 1, 1, 1}},
		"one holds everything": {[]int{5, 1, 3}, 1, []uint8{1, 1, 1}},
		"equals, in turn":      {[]int{2, 2, 2, 2}, 4, []uint8{1, 2, 3, 4}},
		"unseen rows are rare": {[]int{0, 9, 0, 9}, 3, []uint8{1, 1, 1, 3}},
		"nothing was seen":     {[]int{0, 0}, 5, []uint8{1, 1}},
		"no rows":              {nil, 5, []uint8{}},
	} {
		got, err := FrequencyBuckets(c.counts, c.n)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	for _, n := range []int{-1, 0, 256} {
		_, err := FrequencyBuckets([]int{1}, n)
		require.ErrorIs(t, err, ErrOption)
	}
}

// Each bucket holds its share of all occurrences, up to the rows that straddle two buckets, and
// no row of a lower bucket is more frequent than one of a higher.
func TestBucketsHoldEqualMass(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rng, 1.3, 20, 9999)
	counts := make([]int, 10_000)
	const total, n = 200_000, 5
	for range total {
		counts[zipf.Uint64()]++
	}
	buckets, err := FrequencyBuckets(counts, n)
	require.NoError(t, err)
	var mass, least, most [n + 1]int
	for b := range least {
		least[b] = math.MaxInt
	}
	for row, b := range buckets {
		mass[b] += counts[row]
		least[b], most[b] = min(least[b], counts[row]), max(most[b], counts[row])
	}
	for b := 1; b <= n; b++ {
		require.InDelta(t, total/n, mass[b], float64(most[b]), "bucket %d", b)
		require.LessOrEqual(t, most[b-1], least[b])
	}
}

// The ablation of the paper: AR on buckets 1 to k, W on the rest.
func TestBucketsChooseTheDecay(t *testing.T) {
	const rows, gap = 6, 10
	for k := range 6 {
		table := fake.Table(t, rows, 2, 1)
		s := made(t, "adagradar", WithAlpha(1e-2), WithBuckets(k, 0.1))
		require.NoError(t, as[Bucketed](t, s).SetBuckets(table, []uint8{0, 1, 2, 3, 4, 5}))
		for range gap {
			touch(t, s, table, 1, 0)
		}
		s.SettleAll()
		ar, w := 1.0, math.Pow(0.9, gap)
		for i := range gap {
			ar *= 1 - 1e-2*float64(i)
		}
		for bucket := 1; bucket < rows; bucket++ {
			want, lambda := ar, 1e-2*gap
			if bucket > k {
				want, lambda = w, 0.1
			}
			require.InDelta(t, want, table.Row(bucket)[0], 1e-6, "k = %d, bucket %d", k, bucket)
			require.InDelta(t, lambda, as[Decaying](t, s).Lambda(table, bucket), 1e-12)
		}
		require.Zero(t, as[Decaying](t, s).Lambda(table, 0), "bucket 0 takes AR")
	}
}

func TestBucketsOfTheWrongKind(t *testing.T) {
	table := fake.Table(t, 3, 2, 1)
	require.ErrorContains(t, as[Bucketed](t, made(t, "adamar")).SetBuckets(table, []uint8{1, 2, 3}), "without WithBuckets")
	s := made(t, "adamar", WithBuckets(2, 0.1))
	err := as[Bucketed](t, s).SetBuckets(table, []uint8{1, 2})
	require.ErrorIs(t, err, ErrOption)
	require.ErrorContains(t, err, `table "t" has 3 rows, got 2 buckets`)
}

// Rows that change their bucket are settled by the old one first.
func TestNewBucketsCountFromNowOn(t *testing.T) {
	table := fake.Table(t, 2, 1, 1)
	s := made(t, "adagradar", WithAlpha(0), WithBuckets(1, 0.5))
	require.NoError(t, as[Bucketed](t, s).SetBuckets(table, []uint8{1, 2}))
	touch(t, s, table, 0, 0)
	touch(t, s, table, 0, 0)
	require.NoError(t, as[Bucketed](t, s).SetBuckets(table, []uint8{1, 1}))
	touch(t, s, table, 0, 0)
	require.InDelta(t, 0.25, table.Row(1)[0], 1e-7)
}
