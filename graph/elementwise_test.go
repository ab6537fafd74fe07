package graph

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// each returns the formula of a function of as many values as there are inputs, at every place.
func each(f func(v ...float64) float64) func(in [][]float64) []float64 {
	return func(in [][]float64) []float64 {
		out := make([]float64, len(in[0]))
		for i := range out {
			var v []float64
			for _, x := range in {
				v = append(v, x[i%len(x)])
			}
			out[i] = f(v...)
		}
		return out
	}
}

func TestProduct(t *testing.T) {
	opCase{
		name:    "5x7",
		shapes:  []tensor.Shape{{5, 7}, {5, 7}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Product(in[0], in[1]) },
		formula: each(func(v ...float64) float64 { return v[0] * v[1] }),
	}.run(t)
	opCase{
		name:    "a square",
		shapes:  []tensor.Shape{{33, 3}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Product(in[0], in[0]) },
		formula: each(func(v ...float64) float64 { return v[0] * v[0] }),
	}.run(t)
}

func TestHalfProducts(t *testing.T) {
	const batch, n = 9, 17
	opCase{
		name:   "9x2x17",
		shapes: []tensor.Shape{{batch, 2 * n}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return HalfProducts(in[0]) },
		formula: func(in [][]float64) (out []float64) {
			for x := in[0]; len(x) > 0; x = x[2*n:] {
				out = append(out, x[:n]...)
				for i := range n {
					out = append(out, x[i]*x[n+i])
				}
			}
			return out
		},
	}.run(t)
}

func TestReLU(t *testing.T) {
	opCase{
		name:    "9x17",
		shapes:  []tensor.Shape{{9, 17}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return ReLU(in[0]) },
		formula: each(func(v ...float64) float64 { return max(v[0], 0) }),
	}.run(t)
	opCase{
		name:   "below a linear layer",
		shapes: []tensor.Shape{{5, 6}, {6, 3}, {1, 3}},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			x, err := ReLU(in[0])
			if err != nil {
				return nil, err
			}
			return Linear(x, in[1], in[2], false)
		},
		formula: func(in [][]float64) []float64 {
			x := make([]float64, len(in[0]))
			for i, v := range in[0] {
				x[i] = max(v, 0)
			}
			out := multiply(x, in[1], 5, 6, 3)
			for i := range out {
				out[i] += in[2][i%3]
			}
			return out
		},
	}.run(t)
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func TestPReLU(t *testing.T) {
	for _, s := range [][2]int{{1, 17}, {5, 16}, {rowsPerTile + 3, 1}} {
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{s[0], s[1]}, {1, s[1]}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return PReLU(in[0], in[1]) },
			formula: each(func(v ...float64) float64 {
				if v[0] > 0 {
					return v[0]
				}
				return v[1] * v[0]
			}),
			loose: s[0] > rowsPerTile, // the slopes' gradients are sums over all rows
		}.run(t)
	}
}

func TestDice(t *testing.T) {
	for _, rows := range []int{1, 5} {
		opCase{
			name:   "dice",
			shapes: []tensor.Shape{{rows, 17}, {1, 17}, {rows, 17}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Dice(in[0], in[1], in[2]) },
			formula: each(func(v ...float64) float64 {
				p := logistic(v[2])
				return p*v[0] + (1-p)*v[1]*v[0]
			}),
		}.run(t)
	}
}

func TestProbabilitiesHaveNoGradient(t *testing.T) {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(2, 1), gorgonia.WithName("x"), gorgonia.WithValue(newValue(tensor.Shape{2, 1}, []float32{0, 2})))
	p, err := Probabilities(x)
	require.NoError(t, err)
	m, err := NewMachine(p)
	require.NoError(t, err)
	require.NoError(t, m.RunAll())
	require.InDeltaSlice(t, []float32{0.5, float32(logistic(2))}, valuesOf(t, p.Value()), 1e-6)
	require.Equal(t, []bool{false}, p.Op().(gorgonia.SDOp).DiffWRT(1))
}
