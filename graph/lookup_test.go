package graph

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// twoLists are two categorical fields, a list that shares the rows of the second, and a sum list.
var twoLists = []Field{
	{Name: "user", Rows: 4},
	{Name: "item", Rows: 6},
	{Name: "history", Kind: List, Rows: 6, Length: 3, Shares: "item"},
	{Name: "tags", Kind: List, Rows: 5, Length: 2, Pooling: Sum},
}

var twoListIDs = []int32{
	// user, item, history, tags
	0, 5, 5, 1, 1, 4, 4,
	3, 0, 2, -1, -1, -1, -1,
	0, 5, -1, -1, -1, 0, -1,
	-1, -1, -1, -1, -1, -1, -1, // a padded sample
}

// naiveLookup is the embedding of twoLists as its definition says, in float64.
func naiveLookup(table []float32, dim int) (out []float64) {
	vector := func(rows []int32, mean bool) {
		sum := make([]float64, dim)
		present := 0.0
		for _, row := range rows {
			if row >= 0 {
				present++
				for j := range sum {
					sum[j] += float64(table[int(row)*dim+j])
				}
			}
		}
		if mean && present > 0 {
			for j := range sum {
				sum[j] /= present
			}
		}
		out = append(out, sum...)
	}
	shift := func(ids []int32, by int32) (rows []int32) {
		for _, id := range ids {
			if id >= 0 {
				id += by
			}
			rows = append(rows, id)
		}
		return rows
	}
	for b := 0; b < len(twoListIDs); b += 7 {
		ids := twoListIDs[b : b+7]
		vector(ids[:1], true)
		vector(shift(ids[1:2], 4), true)
		vector(shift(ids[2:5], 4), true)
		vector(shift(ids[5:7], 10), false)
	}
	return out
}

func TestLookupPoolsAndShares(t *testing.T) {
	const dim = 3
	for name, newVM := range machines {
		t.Run(name, func(t *testing.T) {
			w := NewWeights(rand.New(rand.NewPCG(1, 1)))
			b := NewBuilder(4, twoLists, w)
			b.EmbeddingInit = Normal(1)
			e := b.Embed("deep", dim)
			require.NoError(t, b.Err())
			copy(b.IDs().Value().Data().([]int32), twoListIDs)
			k := draw(rand.New(rand.NewPCG(5, 5)), e.Shape().TotalSize())
			weights := gorgonia.NewMatrix(b.Graph(), tensor.Float32, gorgonia.WithName("k"), gorgonia.WithShape(e.Shape()...), gorgonia.WithValue(newValue(e.Shape(), k)))
			cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(e, weights))))
			var value gorgonia.Value
			gorgonia.Read(e, &value)
			grads, err := gorgonia.Grad(cost, b.Learnables()...)
			require.NoError(t, err)
			vm, err := newVM(b.Graph(), append(grads, e))
			require.NoError(t, err)
			table := w.Get("deep/table").Table
			for range 2 {
				require.NoError(t, vm.RunAll())
				requireClose(t, naiveLookup(table.Floats(), dim), valuesOf(t, e.Value()), 1e-6, "value")
				requireClose(t, lookupDifferences(table, dim, k), denseOf(b.Learnables()[0], table), 1e-5, "gradient")
				vm.Reset()
			}
		})
	}
}

// lookupDifferences is the gradient of sum(k * lookup), which is linear in the table: the exact
// difference that one row's value makes.
func lookupDifferences(table *Table, dim int, k []float32) []float64 {
	unit := make([]float32, len(table.Floats()))
	out := make([]float64, len(unit))
	for i := range unit {
		unit[i] = 1
		for j, v := range naiveLookup(unit, dim) {
			out[i] += v * float64(k[j])
		}
		unit[i] = 0
	}
	return out
}

// denseOf spreads the row gradient of a table's node over the whole table.
func denseOf(n *gorgonia.Node, table *Table) []float32 {
	out := make([]float32, len(table.Floats()))
	v, err := n.Grad()
	if err != nil {
		return nil
	}
	g := v.(*RowGrad)
	for i, row := range g.Rows {
		copy(out[int(row)*g.Dim:], g.Values[i*g.Dim:(i+1)*g.Dim])
	}
	return out
}

// countsOf is how often each row of a table occurred, as the gradient of its node says.
func countsOf(t *testing.T, n *gorgonia.Node, rows int) []int {
	t.Helper()
	v, err := n.Grad()
	require.NoError(t, err)
	counts := make([]int, rows)
	for i, row := range v.(*RowGrad).Rows {
		counts[row] = v.(*RowGrad).Count(i)
	}
	return counts
}

func TestTableLookedUpTwiceGetsTheSum(t *testing.T) {
	for name, newVM := range machines {
		t.Run(name, func(t *testing.T) {
			table, err := NewTable("t", 5, 2)
			require.NoError(t, err)
			g := gorgonia.NewGraph()
			node := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithName("t"), gorgonia.WithShape(5, 2), gorgonia.WithValue(table))
			ids := func(name string, values ...int32) *gorgonia.Node {
				return gorgonia.NewMatrix(g, tensor.Int32, gorgonia.WithName(name), gorgonia.WithShape(2, 2),
					gorgonia.WithValue(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking(values))))
			}
			x := gorgonia.Must(Lookup(node, ids("x", 0, 1, 1, 4)))
			y := gorgonia.Must(Lookup(node, ids("y", 4, 4, 2, 0)))
			z := gorgonia.Must(Lookup(node, ids("z", 3, 3, 3, 3)))
			cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(Add(x, y, y, z))))
			grads, err := gorgonia.Grad(cost, node)
			require.NoError(t, err)
			vm, err := newVM(g, append(grads, cost))
			require.NoError(t, err)
			for range 3 {
				require.NoError(t, vm.RunAll())
				// Row 4 occurs once in x and twice in y, which counts twice.
				require.Equal(t, []float32{3, 3, 2, 2, 2, 2, 4, 4, 5, 5}, denseOf(node, table))
				require.Equal(t, []int{2, 2, 1, 4, 3}, countsOf(t, node, 5))
				vm.Reset()
			}
		})
	}
}

func TestLookupNamesTheIDThatIsOutOfRange(t *testing.T) {
	for _, id := range []int32{6, -2, 1 << 30} {
		b := NewBuilder(4, twoLists, NewWeights(rand.New(rand.NewPCG(1, 1))))
		e := b.Embed("deep", 2)
		require.NoError(t, b.Err())
		ids := b.IDs().Value().Data().([]int32)
		copy(ids, twoListIDs)
		ids[7+3] = id
		m, err := NewMachine(e)
		require.NoError(t, err)
		err = m.RunAll()
		require.ErrorIs(t, err, ErrID)
		require.ErrorContains(t, err, `field "history", sample 1, column 3`)
	}
}

type countingSettler struct{ rows []int32 }

func (c *countingSettler) Settle(rows []int32) { c.rows = append(c.rows[:0], rows...) }
func (c *countingSettler) SettleAll()          {}

func TestLookupSettlesDistinctRowsFirst(t *testing.T) {
	b := NewBuilder(2, []Field{{Name: "f", Rows: 3}}, NewWeights(rand.New(rand.NewPCG(1, 1))))
	e := b.Embed("deep", 2)
	require.NoError(t, b.Err())
	copy(b.IDs().Value().Data().([]int32), []int32{2, 2})
	var s countingSettler
	b.Learnables()[0].Value().(*Table).SetSettler(&s)
	m, err := NewMachine(e)
	require.NoError(t, err)
	require.NoError(t, m.RunAll())
	require.Equal(t, []int32{2}, s.rows)
}

func TestHashTableGenerations(t *testing.T) {
	h := newHashTable(2)
	h.generation = 1<<32 - 2
	for range 4 {
		h.reset(2)
		place, isNew := h.place(7, 0)
		require.True(t, isNew)
		require.Zero(t, place)
		place, isNew = h.place(7, 1)
		require.False(t, isNew)
		require.Zero(t, place)
	}
}
