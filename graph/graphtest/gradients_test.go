package graphtest_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/graphtest"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// tanh is an operation of one's own; slope is what its gradient is multiplied by.
func tanh(x *gorgonia.Node, slope float32) (*gorgonia.Node, error) {
	forward := func(out []float32, in [][]float32) {
		for i, v := range in[0] {
			out[i] = float32(math.Tanh(float64(v)))
		}
	}
	backward := func(out []float32, in [][]float32) {
		for i, y := range in[0] {
			out[i] = slope * (1 - y*y) * in[1][i]
		}
	}
	diff := func(_ gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := graph.Apply("tanh gradient", x.Shape().Clone(), backward, nil, out, grad)
		return gorgonia.Nodes{dx}, err
	}
	return graph.Apply("tanh", x.Shape().Clone(), forward, diff, x)
}

// recorder is a test that keeps its errors.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, a ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, a...))
}

func TestARightGradientPassesAndAWrongOneIsFound(t *testing.T) {
	graphtest.Gradients(t, func(in gorgonia.Nodes) (*gorgonia.Node, error) { return tanh(in[0], 1) }, tensor.Shape{3, 4})
	found := &recorder{TB: t}
	graphtest.Gradients(found, func(in gorgonia.Nodes) (*gorgonia.Node, error) { return tanh(in[0], 1.1) }, tensor.Shape{3, 4})
	require.NotEmpty(t, found.errors)
	require.Contains(t, found.errors[0], "the difference quotient is")
}

func TestWhatCannotBeBuiltIsAnError(t *testing.T) {
	found := &recorder{TB: t}
	graphtest.Gradients(found, func(in gorgonia.Nodes) (*gorgonia.Node, error) { return graph.Add(in...) }, tensor.Shape{3, 4}, tensor.Shape{3})
	require.Len(t, found.errors, 2)
	require.Contains(t, found.errors[0], "shapes (3, 4) and (3) differ")
}
