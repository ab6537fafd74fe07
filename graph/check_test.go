package graph

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// opCase checks one operation against a formula in float64: its value, and its gradient against
// central differences of the formula.
type opCase struct {
	name   string
	shapes []tensor.Shape
	build  func(in gorgonia.Nodes) (*gorgonia.Node, error)
	// formula is the operation as its doc comment prints it, on row-major values.
	formula func(in [][]float64) []float64
	inputs  [][]float32  // nil: drawn from N(0, 1)
	fixed   map[int]bool // inputs without a gradient
	loose   bool         // allow ten times the error, for a reason that the case tells
}

// newValue makes a dense value of its own memory.
func newValue(shape tensor.Shape, data []float32) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(append([]float32(nil), data...)))
}

func draw(rng *rand.Rand, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64())
	}
	return out
}

// machines are the ways to run a graph.
var machines = map[string]func(g *gorgonia.ExprGraph, outputs gorgonia.Nodes) (gorgonia.VM, error){
	"Machine": func(_ *gorgonia.ExprGraph, outputs gorgonia.Nodes) (gorgonia.VM, error) {
		return NewMachine(outputs...)
	},
	"Machine with shared buffers": func(_ *gorgonia.ExprGraph, outputs gorgonia.Nodes) (gorgonia.VM, error) {
		return NewSharingMachine(outputs...)
	},
	"TapeMachine": func(g *gorgonia.ExprGraph, _ gorgonia.Nodes) (gorgonia.VM, error) {
		return gorgonia.NewTapeMachine(g), nil
	},
}

func (c opCase) run(t *testing.T) {
	for name, newVM := range machines {
		t.Run(c.name+"/"+name, func(t *testing.T) { c.check(t, newVM) })
	}
}

func (c opCase) check(t *testing.T, newVM func(*gorgonia.ExprGraph, gorgonia.Nodes) (gorgonia.VM, error)) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := gorgonia.NewGraph()
	in, data := gorgonia.Nodes{}, c.inputs
	for i, shape := range c.shapes {
		if len(data) <= i {
			data = append(data, draw(rng, shape.TotalSize()))
		}
		in = append(in, gorgonia.NewTensor(g, tensor.Float32, shape.Dims(), gorgonia.WithShape(shape...),
			gorgonia.WithName(string(rune('a'+i))), gorgonia.WithValue(newValue(shape, data[i]))))
	}
	out, err := c.build(in)
	require.NoError(t, err)
	// The cost is sum(out * k) with fixed random k, so that every element has its own gradient.
	k := draw(rng, out.Shape().TotalSize())
	cost, wrt := out, gorgonia.Nodes{}
	if out.Dims() > 0 {
		weights := gorgonia.NewTensor(g, tensor.Float32, out.Dims(), gorgonia.WithShape(out.Shape()...), gorgonia.WithName("k"), gorgonia.WithValue(newValue(out.Shape(), k)))
		cost = gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(out, weights))))
	} else {
		k = []float32{1}
	}
	for i, n := range in {
		if !c.fixed[i] {
			wrt = append(wrt, n)
		}
	}
	var outValue gorgonia.Value
	gorgonia.Read(out, &outValue)
	grads, err := gorgonia.Grad(cost, wrt...)
	require.NoError(t, err)
	gradValues := make([]gorgonia.Value, len(grads))
	outputs := gorgonia.Nodes{cost}
	for i, grad := range grads {
		gorgonia.Read(grad, &gradValues[i])
		outputs = append(outputs, grad)
	}
	vm, err := newVM(g, outputs)
	require.NoError(t, err)
	for range 2 { // a second run must give the same, whatever was kept from the first
		require.NoError(t, vm.RunAll())
		c.compare(t, data, k, out, grads, wrt)
		vm.Reset()
	}
	require.NoError(t, vm.Close())
}

func (c opCase) compare(t *testing.T, data [][]float32, k []float32, out *gorgonia.Node, grads, wrt gorgonia.Nodes) {
	x := make([][]float64, len(data))
	for i := range data {
		for _, v := range data[i] {
			x[i] = append(x[i], float64(v))
		}
	}
	slack := 1.0
	if c.loose {
		slack = 10
	}
	requireClose(t, c.formula(x), valuesOf(t, out.Value()), slack*2e-6, "value")
	cost := func() (sum float64) {
		for i, v := range c.formula(x) {
			sum += v * float64(k[i])
		}
		return sum
	}
	const h = 1e-5
	for gi, grad := range grads {
		i := int(wrt[gi].Name()[0] - 'a')
		want := make([]float64, len(x[i]))
		for j, v := range x[i] {
			x[i][j] = v + h
			up := cost()
			x[i][j] = v - h
			want[j] = (up - cost()) / (2 * h)
			x[i][j] = v
		}
		requireClose(t, want, valuesOf(t, grad.Value()), slack*5e-6, "gradient of input "+wrt[gi].Name())
	}
}

func valuesOf(t *testing.T, v gorgonia.Value) []float32 {
	t.Helper()
	var scratch [1]float32
	data, err := floats(v, &scratch)
	require.NoError(t, err)
	return data
}

// requireClose compares within tolerance times the largest magnitude, at least 1.
func requireClose(t *testing.T, want []float64, got []float32, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i, w := range want {
		require.InDelta(t, w, float64(got[i]), tolerance*scale, "%s, element %d", what, i)
	}
}
