package graph

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// compared is the formula of Compare.
func compared(e []float64, batch, total, target, first, places, dim int) (out []float64) {
	for s := range batch {
		t := e[(s*total+target)*dim:]
		for j := range places {
			v := e[(s*total+first+j)*dim:]
			for part := range 4 {
				for d := range dim {
					out = append(out, []float64{t[d], v[d], t[d] - v[d], t[d] * v[d]}[part])
				}
			}
		}
	}
	return out
}

func TestCompare(t *testing.T) {
	for _, dim := range []int{1, 4, 17} {
		opCase{
			name:   "the target after the list",
			shapes: []tensor.Shape{{3, 6 * dim}},
			build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return (&comparison{total: 6, target: 5, first: 1, places: 3, dim: dim}).apply(in[0])
			},
			formula: func(in [][]float64) []float64 { return compared(in[0], 3, 6, 5, 1, 3, dim) },
		}.run(t)
	}
}

func TestWeightedSums(t *testing.T) {
	const batch, total, dim = 3, 8, 5
	opCase{
		name:   "two lists, in another order",
		shapes: []tensor.Shape{{batch, total * dim}, {batch, 2}, {batch * 3, 1}},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return (&weightedSums{total: total, dim: dim, lists: []span{{5, 2}, {1, 3}}}).apply(in[0], in[1:])
		},
		formula: func(in [][]float64) (out []float64) {
			for s := range batch {
				vector := func(place, d int) float64 { return in[0][(s*total+place)*dim+d] }
				for _, place := range []int{0, -2, 4, -1, 7} {
					for d := range dim {
						switch place {
						case -2:
							out = append(out, in[2][s*3]*vector(1, d)+in[2][s*3+1]*vector(2, d)+in[2][s*3+2]*vector(3, d))
						case -1:
							out = append(out, in[1][s*2]*vector(5, d)+in[1][s*2+1]*vector(6, d))
						default:
							out = append(out, vector(place, d))
						}
					}
				}
			}
			return out
		},
	}.run(t)
}

// unpooledOf builds over twoLists with the history unpooled; the other list is pooled.
func unpooledOf(t *testing.T, dim int) (*Builder, *Unpooled, *Weights) {
	t.Helper()
	w := NewWeights(rand.New(rand.NewPCG(1, 1)))
	b := NewBuilder(4, twoLists, w)
	copy(b.IDs().Value().Data().([]int32), twoListIDs)
	u := b.EmbedUnpooled("deep", dim, "history")
	require.NoError(t, b.Err())
	return b, u, w
}

func TestUnpooledLookup(t *testing.T) {
	const dim = 3
	b, u, w := unpooledOf(t, dim)
	vectors, present, item := u.Vectors("history"), b.Present("history"), u.Vectors("item")
	// With weights of 1 over the ids that are present the sums are those of a pooled list.
	sums := u.WeightedSums(b.Present("history"))
	require.NoError(t, b.Err())
	cost := gorgonia.Must(gorgonia.Sum(vectors))
	grads, err := gorgonia.Grad(cost, b.Learnables()...)
	require.NoError(t, err)
	m, err := NewMachine(append(grads, vectors, present, item, sums)...)
	require.NoError(t, err)
	require.NoError(t, m.RunAll())
	table := w.Get("deep/table").Values()
	require.Equal(t, table[9*dim:10*dim], valuesOf(t, item.Value())[:dim], "item 5, after 4 users")
	for s := range 4 {
		ids := twoListIDs[s*7+2 : s*7+5]
		for j, id := range ids {
			want, is := make([]float32, dim), float32(0)
			if id != Absent {
				want, is = table[int(4+id)*dim:int(5+id)*dim], 1
			}
			require.Equal(t, want, valuesOf(t, vectors.Value())[(s*3+j)*dim:(s*3+j+1)*dim])
			require.Equal(t, is, valuesOf(t, present.Value())[s*3+j])
		}
	}
	naive := naiveLookup(table, dim)
	for s := range 4 {
		got := valuesOf(t, sums.Value())[s*4*dim : (s+1)*4*dim]
		want := naive[s*4*dim : (s+1)*4*dim]
		ids := 0.0
		for _, id := range twoListIDs[s*7+2 : s*7+5] {
			if id != Absent {
				ids++
			}
		}
		for i, v := range want {
			if i/dim == 2 { // the history, whose mean the naive lookup has
				v *= ids
			}
			require.InDelta(t, v, float64(got[i]), 1e-6)
		}
	}
	g, isRows := grads[0].Value().(*RowGrad)
	require.True(t, isRows)
	count := map[int32]float32{}
	for s := range 4 {
		for _, id := range twoListIDs[s*7+2 : s*7+5] {
			if id != Absent {
				count[4+id]++
			}
		}
	}
	for i, row := range g.Rows {
		for _, v := range g.Values[i*dim : (i+1)*dim] {
			require.Equal(t, count[row], v, "row %d", row)
		}
	}
}

func TestBadUnpooledLookups(t *testing.T) {
	for want, f := range map[string]func(b *Builder){
		`"item" is no list`:                            func(b *Builder) { b.EmbedUnpooled("deep", 2, "item") },
		`"nothing" is no list`:                         func(b *Builder) { b.EmbedUnpooled("deep", 2, "nothing") },
		`embedding_dim must be at least 1`:             func(b *Builder) { b.EmbedUnpooled("deep", 0, "history") },
		`"nothing" has no ids`:                         func(b *Builder) { b.EmbedUnpooled("deep", 2, "history").Vectors("nothing") },
		`"nothing" is no field with ids`:               func(b *Builder) { b.Present("nothing") },
		`"history" is not compared with the places of`: func(b *Builder) { b.EmbedUnpooled("deep", 2, "history").Compare("history", "history") },
		`every list needs its weights`:                 func(b *Builder) { b.EmbedUnpooled("deep", 2, "history").WeightedSums() },
		`are no weights of "history"`: func(b *Builder) {
			b.EmbedUnpooled("deep", 2, "history").WeightedSums(b.Present("tags"))
		},
	} {
		b := NewBuilder(2, twoLists, NewWeights(rand.New(rand.NewPCG(1, 1))))
		f(b)
		require.ErrorContains(t, b.Err(), want)
	}
}
