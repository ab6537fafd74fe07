package graph

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// A lookup of rows in bfloat16 is that of the same values in float32, with lists and absent ids, and so is its gradient.
func TestLookupOfRowsInBFloat16(t *testing.T) {
	const dim = 5
	for name, newVM := range machines {
		t.Run(name, func(t *testing.T) {
			var values, grads [2][]float32
			var table Table
			for i, p := range []Precision{BFloat16, Float32} {
				w := NewWeights(rand.New(rand.NewPCG(1, 1)))
				w.SetRowPrecision(p)
				b := NewBuilder(4, twoLists, w)
				b.EmbeddingInit = Normal(1)
				out := b.Embed("deep", dim)
				require.NoError(t, b.Err())
				copy(b.IDs().Value().Data().([]int32), twoListIDs)
				read := w.Get("deep/table").Table
				require.Equal(t, p, read.Precision())
				if p == BFloat16 {
					table = *read
				} else {
					table.CopyTo(read.Floats())
				}
				g, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(out)))), b.Learnables()...)
				require.NoError(t, err)
				vm, err := newVM(b.Graph(), append(g, out))
				require.NoError(t, err)
				for range 2 {
					require.NoError(t, vm.RunAll())
					values[i] = append([]float32(nil), valuesOf(t, out.Value())...)
					vm.Reset()
				}
				grads[i] = append([]float32(nil), g[0].Value().(*RowGrad).Values...)
			}
			require.Equal(t, values[1], values[0])
			require.Equal(t, grads[1], grads[0])
			require.NotZero(t, values[0][0])
		})
	}
}

// What reads a table in bfloat16 sees its rows as the reader has them, and none of them after Free.
func TestATableInBFloat16(t *testing.T) {
	const rows, dim = chunkRows + 7, 3
	table, err := NewHalfTable("t", rows, dim)
	require.NoError(t, err)
	require.Nil(t, table.Floats())
	require.Len(t, table.Halves(), rows*dim)
	table.SetRow(rows-1, []float32{1, 1 + 1.0/256, -3})
	require.Equal(t, []float32{1, 1, -3}, table.Row(rows-1), "the even one of two that are as near")
	table.SetReader(numbers{dim})
	all := make([]float32, rows*dim)
	table.CopyTo(all)
	for i, v := range all {
		require.Equal(t, float32(i/dim), v)
	}
	require.Equal(t, []float32{9, 9, 9}, table.Row(9))
	for from, values := range table.Chunks(5, 7) {
		require.Equal(t, 5, from)
		require.Equal(t, []float32{5, 5, 5, 6, 6, 6}, values)
	}

	w := &Weights{list: []*Weight{{Name: "t", Table: table}}}
	frozen, err := w.Frozen()
	require.NoError(t, err)
	require.Equal(t, all, frozen.Get("t").Values())
	require.Equal(t, all, frozen.Get("t").Table.Floats())
	require.Len(t, w.Get("t").Bytes(), 2*rows*dim)
	require.False(t, w.Freed())
	table.Free()
	require.True(t, w.Freed())
	_, err = NewHalfTable("t", 0, dim)
	require.ErrorContains(t, err, "both must be at least 1")
	_, err = NewHalfTable("t", 1<<40, 1<<20)
	require.Error(t, err)
}

// numbers reads the number of a row in place of its values.
type numbers struct{ dim int }

func (n numbers) ReadRows(dst []float32, rows []int32) {
	for i := range dst[:len(rows)*n.dim] {
		dst[i] = float32(rows[i/n.dim])
	}
}
