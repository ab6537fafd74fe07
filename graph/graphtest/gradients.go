package graphtest

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// step is how far an element is moved for a difference quotient; tolerance is the error that is allowed, relative to the
// largest gradient: float32 keeps the quotient to about three digits.
const (
	step      = 1e-2
	tolerance = 1e-2
)

// Gradients checks the gradient of what build makes of inputs of the given shapes, which are drawn from N(0, 1): that of
// every element of every input, against central differences of the value. Both graph.Machine and gorgonia.NewTapeMachine
// run it. build must be smooth: at a kink, such as that of a ReLU, a difference is no derivative.
func Gradients(t testing.TB, build func(in gorgonia.Nodes) (*gorgonia.Node, error), shapes ...tensor.Shape) {
	t.Helper()
	for _, machine := range []string{"Machine", "TapeMachine"} {
		c := &check{TB: t, machine: machine}
		if c.make(build, shapes) {
			c.compare()
		}
	}
}

// check is one graph: the inputs, the sum of the outputs times random factors, and its gradients.
type check struct {
	testing.TB
	machine string
	vm      gorgonia.VM
	inputs  gorgonia.Nodes
	cost    *gorgonia.Value
	grads   []*gorgonia.Value
}

func (c *check) make(build func(in gorgonia.Nodes) (*gorgonia.Node, error), shapes []tensor.Shape) bool {
	c.Helper()
	rng, g := rand.New(rand.NewPCG(1, 2)), gorgonia.NewGraph()
	for i, shape := range shapes {
		c.inputs = append(c.inputs, drawn(g, rng, string(rune('a'+i)), shape))
	}
	out, err := build(c.inputs)
	if err != nil {
		c.Errorf("%s: %v", c.machine, err)
		return false
	}
	product := gorgonia.Must(gorgonia.HadamardProd(out, drawn(g, rng, "factors", out.Shape())))
	cost := gorgonia.Must(gorgonia.Sum(product))
	grads, err := gorgonia.Grad(cost, c.inputs...)
	if err != nil {
		c.Errorf("%s: gradient: %v", c.machine, err)
		return false
	}
	outputs := append(gorgonia.Nodes{cost}, grads...)
	values := make([]gorgonia.Value, len(outputs))
	if c.vm, err = c.newVM(g, outputs, values); err != nil {
		c.Errorf("%s: %v", c.machine, err)
		return false
	}
	c.cost = &values[0]
	for i := range grads {
		c.grads = append(c.grads, &values[i+1])
	}
	return true
}

// newVM makes a machine whose runs leave the values of outputs in values.
func (c *check) newVM(g *gorgonia.ExprGraph, outputs gorgonia.Nodes, values []gorgonia.Value) (gorgonia.VM, error) {
	if c.machine == "TapeMachine" {
		for i, n := range outputs {
			gorgonia.Read(n, &values[i])
		}
		return gorgonia.NewTapeMachine(g), nil
	}
	m, err := graph.NewMachine(outputs...)
	return &reading{m, outputs, values}, err
}

// reading is a graph.Machine that reads its outputs after each run.
type reading struct {
	*graph.Machine
	outputs gorgonia.Nodes
	values  []gorgonia.Value
}

// RunAll implements gorgonia.VM.
func (r *reading) RunAll() error {
	err := r.Machine.RunAll()
	for i, n := range r.outputs {
		r.values[i] = n.Value()
	}
	return err
}

func drawn(g *gorgonia.ExprGraph, rng *rand.Rand, name string, shape tensor.Shape) *gorgonia.Node {
	data := make([]float32, shape.TotalSize())
	for i := range data {
		data[i] = float32(rng.NormFloat64())
	}
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
	return gorgonia.NewTensor(g, tensor.Float32, shape.Dims(), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(value))
}

// run returns the cost.
func (c *check) run() (float64, bool) {
	c.Helper()
	if err := c.vm.RunAll(); err != nil {
		c.Errorf("%s: %v", c.machine, err)
		return 0, false
	}
	cost := float64((*c.cost).Data().(float32))
	c.vm.Reset()
	return cost, true
}

// compare moves each element of each input there and back.
func (c *check) compare() {
	c.Helper()
	if _, ok := c.run(); !ok {
		return
	}
	var grads [][]float32
	scale := 0.0
	for _, g := range c.grads {
		own := append([]float32(nil), (*g).Data().([]float32)...)
		for _, v := range own {
			scale = max(scale, math.Abs(float64(v)))
		}
		grads = append(grads, own)
	}
	for i, n := range c.inputs {
		data := n.Value().Data().([]float32)
		for j, x := range data {
			data[j] = x + step
			above, ok := c.run()
			data[j] = x - step
			below, okBelow := c.run()
			data[j] = x
			if !ok || !okBelow {
				return
			}
			if want := (above - below) / (2 * step); math.Abs(want-float64(grads[i][j])) > tolerance*max(scale, 1e-3) {
				c.Errorf("%s: gradient of element %d of input %d is %v, the difference quotient is %v", c.machine, j, i, grads[i][j], want)
			}
		}
	}
}
