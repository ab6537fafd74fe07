package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// blockOfProducts is a layer whose products a Machine computes in its precision.
type blockOfProducts struct {
	shapes []tensor.Shape
	build  func(in gorgonia.Nodes) (*gorgonia.Node, error)
}

func blocksOfProducts() map[string]blockOfProducts {
	const batch, in, units = 40, 48, 32
	weight, bias := tensor.Shape{in, units}, tensor.Shape{1, units}
	return map[string]blockOfProducts{
		"linear": {[]tensor.Shape{{batch, in}, weight, bias}, func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return Linear(in[0], in[1], in[2], false)
		}},
		"matmul": {[]tensor.Shape{{batch, in}, weight}, func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return MatMul(in[0], in[1])
		}},
		"grouped linear": {[]tensor.Shape{{batch, 2 * in}, {2 * in, units}, {1, 2 * units}}, func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return GroupedLinear(in[0], in[1], in[2], 2)
		}},
		"map vectors": {[]tensor.Shape{{batch, 3 * in}, weight, bias}, func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return MapVectors(in[0], in[1], in[2])
		}},
		"cin": {[]tensor.Shape{{batch, 6}, {batch, 8}, weight}, func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			return CINLayer(in[0], in[1], in[2])
		}},
	}
}

// run returns the output, and the gradients of the sum of its squares.
func (b *blockOfProducts) run(t *testing.T, p Precision) (values [][]float32) {
	t.Helper()
	rng, g := rand.New(rand.NewPCG(1, 2)), gorgonia.NewGraph()
	var inputs gorgonia.Nodes
	for i, s := range b.shapes {
		data := make([]float32, s.TotalSize())
		for j := range data {
			data[j] = float32(rng.NormFloat64())
		}
		inputs = append(inputs, matrix(g, string(rune('a'+i)), s[0], s[1], data...))
	}
	out, err := b.build(inputs)
	require.NoError(t, err)
	grads, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(out)))), inputs...)
	require.NoError(t, err)
	outputs := append(gorgonia.Nodes{out}, grads...)
	m, err := NewMachine(outputs...)
	require.NoError(t, err)
	m.SetPrecision(p)
	require.NoError(t, m.RunAll())
	for _, n := range outputs {
		values = append(values, n.Value().Data().([]float32))
	}
	return values
}

// The gradients in float32 are checked against differences, of which bfloat16 keeps too few digits.
func TestLayersInBFloat16AreNearThoseInFloat32(t *testing.T) {
	if BFloat16.Available() != nil {
		t.Skip(BFloat16.Available())
	}
	for name, b := range blocksOfProducts() {
		t.Run(name, func(t *testing.T) {
			want, got := b.run(t, Float32), b.run(t, BFloat16)
			for i := range want {
				require.NotEqual(t, want[i], got[i], "value %d", i)
				size, difference := 0.0, 0.0
				for j, w := range want[i] {
					size += math.Pow(float64(w), 2)
					difference += math.Pow(float64(w-got[i][j]), 2)
				}
				require.Less(t, math.Sqrt(difference/size), 0.01, "value %d, relative to its norm", i)
			}
			require.Equal(t, want, b.run(t, Float32))
		})
	}
}

func TestWhatIsNoLayerStaysFloat32(t *testing.T) {
	compress := blockOfProducts{[]tensor.Shape{{9, 20 * 16}, {20, 18}}, func(in gorgonia.Nodes) (*gorgonia.Node, error) {
		return Compress(in[0], in[1], 16)
	}}
	require.Equal(t, compress.run(t, Float32), compress.run(t, BFloat16))
}
