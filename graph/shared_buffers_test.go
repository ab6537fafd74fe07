package graph

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Values that nobody needs any more are overwritten; outputs, what Apply has made, and what it or Gorgonia reads are not.
func TestBuffersAreShared(t *testing.T) {
	g := gorgonia.NewGraph()
	x := matrix(g, "x", 1, 2, 1, 2)
	twice := func(n *gorgonia.Node) *gorgonia.Node { return gorgonia.Must(Scaled(n, 2)) }
	two := twice(x)
	four := twice(two)
	own := gorgonia.Must(Apply("own", tensor.Shape{1, 2}, func(out []float32, in [][]float32) { copy(out, in[0]) }, nil, four))
	seen := twice(own)
	view := gorgonia.Must(gorgonia.Reshape(seen, tensor.Shape{2, 1}))
	back := gorgonia.Must(gorgonia.Reshape(view, tensor.Shape{1, 2}))
	sixteen := twice(back)
	wanted := twice(sixteen)
	last := twice(twice(wanted))
	m, err := NewSharingMachine(last, wanted)
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, m.RunAll())
		for n, want := range map[*gorgonia.Node][]float32{own: {4, 8}, seen: {8, 16}, wanted: {32, 64}, last: {128, 256}} {
			require.Equal(t, want, n.Value().Data())
		}
	}
	require.NotEqual(t, []float32{2, 4}, two.Value().Data())
}
