package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// compared is the formula of Compare, before its rows are packed.
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

// scored is a layer of units over compared places, with Dice if it has a slope, a column over it, and zeros where present is 0.
func scored(rows, present, weight, slope, column []float64, units int) []float64 {
	in, out := len(weight)/units, make([]float64, len(present))
	hidden := make([]float64, len(present)*units)
	for r := range present {
		for i := range in {
			for u := range units {
				hidden[r*units+u] += rows[r*in+i] * weight[i*units+u]
			}
		}
	}
	mean, variance := momentsOf(hidden, present, units)
	for i, h := range hidden {
		r, u := i/units, i%units
		if p := sigmoid((h - mean[u]) / math.Sqrt(variance[u]+1e-5)); slope != nil {
			h *= p + (1-p)*slope[u]
		}
		out[r] += h * column[u] * present[r]
	}
	return out
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// A column over packed places has the values and the gradients of one over all places, without those that have no id.
func TestPackedPlaces(t *testing.T) {
	const batch, total, places, dim, units = 4, 6, 3, 5, 7
	rng := rand.New(rand.NewPCG(3, 3))
	for name, present := range map[string][]float32{
		"some": {1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1},
		"all":  {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"none": {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
	} {
		for _, dice := range []bool{false, true} {
			if dice && name == "none" {
				continue // they have no moments
			}
			shapes := []tensor.Shape{{batch, total * dim}, {batch, places}, {4 * dim, units}, {1, units}, {units, 1}, {1, units}, {1, 1}, {1, units}, {1, units}}
			var inputs [][]float32
			for _, s := range shapes[:5] {
				inputs = append(inputs, draw(rng, s.TotalSize()))
			}
			inputs[1] = present
			inputs = append(inputs, make([]float32, units), make([]float32, 1), make([]float32, units), make([]float32, units))
			opCase{
				name: fmt.Sprint(name, ", Dice ", dice), shapes: shapes, inputs: inputs, loose: dice,
				fixed: map[int]bool{1: true, 3: !dice, 5: true, 6: true, 7: true, 8: true},
				build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					rows, err := (&comparison{total: total, target: 5, first: 1, places: places, dim: dim}).apply(in[0], in[1])
					require.NoError(t, err)
					x, err := Linear(rows, in[2], in[5], false)
					require.NoError(t, err)
					if dice {
						mode := &Mode{Training: true, KeepStatistics: true}
						normal, err := BatchNorm(x, nil, nil, nil, Statistics{in[7], in[8]}, mode)
						require.NoError(t, err)
						x, err = Dice(x, in[3], normal)
						require.NoError(t, err)
					}
					y, err := Linear(x, in[4], in[6], false)
					require.NoError(t, err)
					return unpack(y)
				},
				formula: func(in [][]float64) []float64 {
					slope := in[3]
					if !dice {
						slope = nil
					}
					return scored(compared(in[0], batch, total, 5, 1, places, dim), in[1], in[2], slope, in[4], units)
				},
			}.run(t)
		}
	}
}

// An operation that would take the rows that do not count is refused.
func TestPackedPlacesAreNotTakenForAll(t *testing.T) {
	b, u, _ := unpooledOf(t, 3)
	x := u.Compare("item", "history")
	require.NoError(t, b.Err())
	for name, f := range map[string]func() (*gorgonia.Node, error){
		"relu":    func() (*gorgonia.Node, error) { return ReLU(x) },
		"add":     func() (*gorgonia.Node, error) { return Add(x, x) },
		"softmax": func() (*gorgonia.Node, error) { return Softmax(x, x) },
		"mine": func() (*gorgonia.Node, error) {
			return Apply("mine", x.Shape(), func([]float32, [][]float32) {}, nil, x)
		},
	} {
		_, err := f()
		require.ErrorContains(t, err, name+" does not take the packed places of a list: unpack them first")
	}
	_, err := unpack(u.Vectors("history"))
	require.ErrorContains(t, err, "no column of packed places")
	n := x.Shape()[1]
	slope, weights := b.weight("slope", 1, n, Zeros(), mark{}), b.weight("weights", x.Shape()[0], 1, Zeros(), mark{})
	_, err = Dice(x, slope, b.weight("normal", x.Shape()[0], n, Zeros(), mark{}))
	require.ErrorContains(t, err, "dice: x is packed and what is computed from it is not")
	_, err = BatchNorm(x, nil, nil, weights, Statistics{slope, slope}, b.Mode)
	require.ErrorContains(t, err, "has no weights")
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

// What earlier runs left in the rows that do not count is not searched for what is not finite.
func TestOnlyRowsThatCountAreSearchedForNaN(t *testing.T) {
	b, u, w := unpooledOf(t, 3)
	out := u.Unpack(b.Linear("unit", u.Compare("item", "history"), 1, false))
	require.NoError(t, b.Err())
	m, err := NewMachine(out)
	require.NoError(t, err)
	table := w.Get("deep/table").Values()
	clean := slices.Clone(table)
	fill(table, float32(math.NaN()))
	require.NoError(t, m.RunAll())
	require.NotEmpty(t, m.FirstNonFinite())
	copy(table, clean)
	ids := b.IDs().Value().Data().([]int32)
	for i := range ids {
		if i%7 >= 2 {
			ids[i] = Absent
		}
	}
	require.NoError(t, m.RunAll())
	require.Empty(t, m.FirstNonFinite())
	require.Equal(t, make([]float32, 12), valuesOf(t, out.Value()))
}
