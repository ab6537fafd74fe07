package drift

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func countNumbers(list []float64) *Numbers {
	n := &Numbers{}
	for _, x := range list {
		n.add(x)
	}
	return n
}

// samples are numbers as logs have them.
func samples(rng *rand.Rand, rows int) map[string][]float64 {
	draw := func(f func() float64) (list []float64) {
		for range rows {
			list = append(list, f())
		}
		return list
	}
	return map[string][]float64{
		"normal":    draw(rng.NormFloat64),
		"prices":    draw(func() float64 { return math.Round(2000*math.Exp(rng.NormFloat64())) / 100 }),
		"times":     draw(func() float64 { return 1_767_225_600 + float64(rng.IntN(86_400)) }),
		"counts":    draw(func() float64 { return math.Floor(3 * rng.ExpFloat64()) }),
		"any":       draw(func() float64 { return math.Float64frombits(rng.Uint64() &^ (1 << 62)) }),
		"one value": draw(func() float64 { return 7 }),
		"negative":  draw(func() float64 { return -rng.ExpFloat64() }),
	}
}

func TestBitsHaveTheOrderOfTheNumbers(t *testing.T) {
	list := []float64{-math.MaxFloat64, -2, -1.5, -1, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1, 1.5, 2, math.MaxFloat64}
	for i := range list[1:] {
		require.Less(t, orderedBits(list[i]), orderedBits(list[i+1]))
	}
	require.Equal(t, orderedBits(0), orderedBits(math.Copysign(0, -1)))
}

// The counts are those that the definition asks for: the most bits with which there are at most 256 cells.
func TestNumbersAreCountedInTheSmallestCells(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for name, list := range samples(rng, 20_000) {
		got := countNumbers(list)
		cells := func(shift int) map[uint64]int {
			m := map[uint64]int{}
			for _, x := range list {
				m[orderedBits(x)>>shift]++
			}
			return m
		}
		require.Equal(t, cells(got.Shift), got.Cells, name)
		require.LessOrEqual(t, len(got.Cells), numberCells, name)
		if got.Shift > 0 {
			require.Greater(t, len(cells(got.Shift-1)), numberCells, name)
		}
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		require.Equal(t, got, countNumbers(list), "%s in another order", name)
	}
}

// psiOfTenths is the definition, on all numbers: bins between the tenths of the sorted reference.
func psiOfTenths(reference, compared []float64) float64 {
	sorted := slices.Sorted(slices.Values(reference))
	var ends []float64
	for k := 1; k < 10; k++ {
		ends = append(ends, sorted[len(sorted)*k/10-1])
	}
	ends = slices.Compact(ends)
	if ends[len(ends)-1] == sorted[len(sorted)-1] {
		ends = ends[:len(ends)-1]
	}
	count := func(list []float64) []int {
		bins := make([]int, len(ends)+1)
		for _, x := range list {
			i, _ := slices.BinarySearch(ends, x)
			bins[i]++
		}
		return bins
	}
	return PSI(count(reference), count(compared))
}

func TestPSIOfNumbersAgainstSortedOnes(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	first, second := samples(rng, 20_000), samples(rng, 20_000)
	for name, moved := range map[string]func(float64) float64{
		"not": func(x float64) float64 { return x }, "by a factor": func(x float64) float64 { return math.Ceil(130*x) / 100 },
	} {
		for kind, list := range second {
			if kind == "any" || kind == "times" && name != "not" {
				continue // moved out of all bins
			}
			var compared []float64
			for _, x := range list {
				compared = append(compared, moved(x))
			}
			want := psiOfTenths(first[kind], compared)
			got := countNumbers(compared).psi([]*Numbers{countNumbers(first[kind][:9000]), countNumbers(first[kind][9000:])})
			if kind == "counts" { // each has a cell of its own
				require.InDelta(t, want, got, 1e-12, "%s, moved %s", kind, name)
			}
			require.InDelta(t, want, got, 0.01+0.15*want, "%s, moved %s", kind, name)
		}
	}
}

func TestEmptyCellsAreABinOfTheirOwn(t *testing.T) {
	full, holes := countNumbers([]float64{1, 2, 3, 4}), countNumbers([]float64{1, 2, 3, 4, math.NaN(), math.NaN(), math.NaN(), math.NaN()})
	require.Equal(t, 4, holes.Empty)
	require.InDelta(t, PSI([]int{1, 1, 1, 1, 0}, []int{1, 1, 1, 1, 4}), holes.psi([]*Numbers{full}), 1e-12)
	none := countNumbers([]float64{math.NaN()})
	require.Zero(t, none.psi([]*Numbers{none}))
	require.True(t, math.IsNaN((&Numbers{}).psi([]*Numbers{full})))
}

func TestNumbersAsJSON(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for _, list := range samples(rng, 3000) {
		n := countNumbers(list)
		text, err := json.Marshal(n)
		require.NoError(t, err)
		require.Less(t, len(text), 10_000)
		var again Numbers
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, *n, again)
	}
}
