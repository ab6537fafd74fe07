package graph

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// The shards of a table are drawn as the whole is, also where rows cross from one random stream to the next.
func TestShardsAreDrawnAsTheWholeTable(t *testing.T) {
	const rows, dim = 3*valuesPerStream/7 + 5, 7 // three streams; 2^20 is not a multiple of 7
	for _, p := range []Precision{Float32, BFloat16} {
		testShardsAreDrawn(t, rows, dim, p)
	}
	_, err := newShard("small", 2, dim, Shard{0, 3}, Float32)
	require.ErrorContains(t, err, `table "small" of 2 rows cannot be spread over 3 processes`)
}

func testShardsAreDrawn(t *testing.T, rows, dim int, p Precision) {
	drawn := func(s Shard) *Table {
		table, err := newShard("t", rows, dim, s, p)
		require.NoError(t, err)
		table.Initialize(Normal(1), rand.New(rand.NewPCG(1, 2)))
		return table
	}
	whole := drawn(Shard{})
	require.Equal(t, rows, whole.TotalRows())
	for _, size := range []int{2, 3} {
		held := 0
		for rank := range size {
			table := drawn(Shard{rank, size})
			require.Equal(t, rows, table.TotalRows())
			held += table.Rows()
			for i := range table.Rows() {
				require.Equal(t, whole.Row(i*size+rank), table.Row(i), "row %d of rank %d of %d", i, rank, size)
			}
			table.Free()
		}
		require.Equal(t, rows, held)
	}
	whole.Free()
}

// elsewhere fetches rows of a whole table that is somewhere else.
type elsewhere struct {
	*Table
	err error
}

func (e *elsewhere) Fetch(rows []int32) ([]float32, error) {
	var values []float32
	for _, row := range rows {
		values = append(values, e.Row(int(row))...)
	}
	return values, e.err
}

func TestLookupFetchesTheRowsOfAShard(t *testing.T) {
	const rows, dim = 10, 3
	fields := []Field{{Name: "a", Rows: 4}, {Name: "l", Kind: List, Rows: 6, Length: 3}}
	ids := []int32{3, 5, Absent, 0, 3, Absent, Absent, Absent, 0, 2, 2, 4}
	values := map[bool][]float32{}
	grads := map[bool]*RowGrad{}
	for _, spread := range []bool{false, true} {
		w := NewWeights(rand.New(rand.NewPCG(1, 2)))
		if spread {
			w.SetShard(Shard{1, 2})
		}
		b := NewBuilder(3, fields, w)
		out := b.Embed("deep", dim)
		require.NoError(t, b.Err())
		copy(b.IDs().Value().Data().([]int32), ids)
		g, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(out)), b.Learnables()...)
		require.NoError(t, err)
		m, err := NewMachine(append(g, out)...)
		require.NoError(t, err)
		table := w.Get("deep/table").Table
		if spread {
			require.ErrorIs(t, m.RunAll(), ErrShard)
			whole, err := NewTable("whole", rows, dim)
			require.NoError(t, err)
			whole.Initialize(Normal(0.01), rand.New(rand.NewPCG(1, 2)))
			broken := errors.New("broken")
			table.SetFetcher(&elsewhere{whole, broken})
			require.ErrorIs(t, m.RunAll(), broken)
			table.SetFetcher(&elsewhere{whole, nil})
		}
		require.NoError(t, m.RunAll())
		values[spread] = append([]float32(nil), valuesOf(t, out.Value())...)
		grads[spread] = g[0].Value().(*RowGrad)
	}
	require.Equal(t, values[false], values[true])
	require.NotZero(t, values[true][0])
	require.Equal(t, grads[false].Rows, grads[true].Rows, "rows of a gradient are numbered in the whole table")
	require.Equal(t, grads[false].Values, grads[true].Values)
}

// A rank without samples takes part in a lookup, with vectors of any width.
func TestLookupOfNoRowsOfAShard(t *testing.T) {
	for _, dim := range []int{1, 3, 16, 24} {
		w := NewWeights(rand.New(rand.NewPCG(1, 2)))
		w.SetShard(Shard{1, 2})
		b := NewBuilder(40, []Field{{Name: "a", Rows: 4}, {Name: "b", Rows: 6}}, w)
		out := b.Embed("deep", dim)
		require.NoError(t, b.Err())
		for i := range b.IDs().Value().Data().([]int32) {
			b.IDs().Value().Data().([]int32)[i] = Absent
		}
		g, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(out)), b.Learnables()...)
		require.NoError(t, err)
		m, err := NewMachine(append(g, out)...)
		require.NoError(t, err)
		whole, err := NewTable("whole", 10, dim)
		require.NoError(t, err)
		w.Get("deep/table").Table.SetFetcher(&elsewhere{whole, nil})
		require.NoError(t, m.RunAll())
		require.Equal(t, make([]float32, 40*2*dim), valuesOf(t, out.Value()))
		require.Empty(t, g[0].Value().(*RowGrad).Rows)
	}
}

func TestRowSum(t *testing.T) {
	s := NewRowSum(2)
	s.Reset(4)
	s.Add([]int32{7, 3}, nil, []float32{1, 2, 3, 4})
	s.Add([]int32{3, 9}, []int32{5, 2}, []float32{10, 20, 30, 40})
	require.Equal(t, []int32{7, 3, 9}, s.Grad().Rows)
	require.Equal(t, []float32{1, 2, 13, 24, 30, 40}, s.Grad().Values)
	require.Equal(t, []int32{1, 6, 2}, s.Grad().Counts)
	s.Reset(0)
	require.Empty(t, s.Grad().Rows)
	rows, values := []int32{5, 6}, make([]float32, 4)
	require.Zero(t, testing.AllocsPerRun(10, func() {
		s.Reset(4)
		s.Add(rows, nil, values)
		s.Add(rows, nil, values)
	}))
	require.Equal(t, rows, s.Grad().Rows)
}
