package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func newTestBuilder(fields ...Field) *Builder {
	return NewBuilder(2, fields, NewWeights(rand.New(rand.NewPCG(1, 1))))
}

func TestBuilderKeepsTheFirstErrorWithItsPlace(t *testing.T) {
	field := Field{Name: "f", Rows: 3}
	for _, c := range []struct {
		name  string
		build func() *Builder
		want  string
	}{
		{"no fields", func() *Builder { return newTestBuilder() }, "input: the model has no fields"},
		{"batch 0", func() *Builder { return NewBuilder(0, []Field{field}, nil) }, "batch size must be at least 1, got 0"},
		{"no rows", func() *Builder { return newTestBuilder(Field{Name: "f"}) }, `field 0 ("f"): rows must be in [1, 2^31), got 0`},
		{"no length", func() *Builder { return newTestBuilder(Field{Name: "f", Rows: 1, Kind: List}) }, "a list field needs a length"},
		{"unknown owner", func() *Builder { return newTestBuilder(Field{Name: "f", Rows: 1, Shares: "g"}) }, `shares the rows of "g"`},
		{"too many rows", func() *Builder {
			return newTestBuilder(Field{Name: "f", Rows: 1 << 30}, Field{Name: "g", Rows: 1 << 30})
		}, "a table has at most 2^31-1"},
		{"dim 0", func() *Builder { b := newTestBuilder(field); b.Embed("deep", 0); return b }, "deep: embedding_dim must be at least 1, got 0"},
		{"units 0", func() *Builder {
			b := newTestBuilder(field)
			b.MLP("mlp", b.Embed("deep", 2), []int{4, 0}, 0)
			return b
		}, "mlp/1: units must be at least 1, got 0"},
		{"a name twice", func() *Builder {
			b := newTestBuilder(field)
			b.Sum(b.MLP("mlp", b.Embed("deep", 2), nil, 0), b.MLP("mlp", b.Embed("other", 2), nil, 0))
			return b
		}, "mlp/out/weight: the name is used twice"},
		{"dropout 1", func() *Builder {
			b := newTestBuilder(field)
			b.Dropouts = rand.New(rand.NewPCG(1, 1))
			b.MLP("mlp", b.Embed("deep", 2), []int{4}, 1)
			return b
		}, "mlp/0: graph: dropout: rate must be in [0, 1), got 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.build()
			require.ErrorIs(t, b.Err(), ErrBuild)
			require.ErrorContains(t, b.Err(), c.want)
			require.Nil(t, b.LogLoss(b.Sum(b.Wide("wide"))), "after an error every node is nil")
		})
	}
}

func TestGraphsShareWeights(t *testing.T) {
	w := NewWeights(rand.New(rand.NewPCG(1, 1)))
	fields := []Field{{Name: "f", Rows: 3}, {Name: "x", Kind: Numeric}}
	first := NewBuilder(2, fields, w)
	first.MLP("mlp", first.Embed("deep", 2), []int{4}, 0)
	require.NoError(t, first.Err())
	second := NewBuilder(5, fields, w)
	second.MLP("mlp", second.Embed("deep", 2), []int{4}, 0)
	require.NoError(t, second.Err())
	for i, n := range first.Learnables() {
		a, b := n.Value().Data().([]float32), second.Learnables()[i].Value().Data().([]float32)
		require.Same(t, &a[0], &b[0], n.Name())
	}
	dense, tables := w.Count()
	require.Equal(t, 2+4*4+4+4+1, dense)
	require.Equal(t, 6, tables)

	third := NewBuilder(2, fields, w)
	third.Embed("deep", 3)
	require.ErrorContains(t, third.Err(), `weight "deep/table" has shape (3, 2) in an earlier graph`)
}

func TestTheSameSeedDrawsTheSameWeights(t *testing.T) {
	values := func(seed uint64) (all []float32) {
		w := NewWeights(rand.New(rand.NewPCG(seed, 0)))
		b := NewBuilder(2, []Field{{Name: "f", Rows: 200_000}}, w)
		b.MLP("mlp", b.Embed("deep", 16), []int{8}, 0)
		for weight := range w.All() {
			all = append(all, weight.Values()...)
		}
		return all
	}
	require.Equal(t, values(1), values(1))
	require.NotEqual(t, values(1), values(2))
}

// The standard deviations are those of the distributions: std, and limit/sqrt(3) if uniform.
func TestInitializers(t *testing.T) {
	for name, c := range map[string]struct {
		init Initializer
		std  float64
	}{"normal": {Normal(0.5), 0.5}, "uniform": {Uniform(3), math.Sqrt(3)}, "zeros": {Zeros(), 0}} {
		t.Run(name, func(t *testing.T) {
			values := make([]float32, 100_000)
			c.init(values, rand.New(rand.NewPCG(1, 1)))
			var sum, squares float64
			for _, v := range values {
				sum += float64(v)
				squares += float64(v) * float64(v)
			}
			n := float64(len(values))
			require.InDelta(t, 0, sum/n, 0.02)
			require.InDelta(t, c.std, math.Sqrt(squares/n), 0.01)
		})
	}
}

func TestTableErrors(t *testing.T) {
	_, err := NewTable("t", 0, 4)
	require.ErrorContains(t, err, "0 rows of 4 values")
	_, err = NewTable("t", 1<<30, 1<<18)
	require.ErrorContains(t, err, `table "t" of 1073741824 rows`)
}

func TestNewRowGrad(t *testing.T) {
	g, err := NewRowGrad([]int32{3, 1}, []float32{1, 2, 3, 4}, 2)
	require.NoError(t, err)
	require.Equal(t, []int32{3, 1}, g.Rows)
	_, err = NewRowGrad([]int32{3}, []float32{1, 2, 3, 4}, 2)
	require.ErrorContains(t, err, "1 rows of 2 values, got 4")
}
