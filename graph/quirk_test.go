package graph

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Gorgonia's operations with a quirk are still those that quirkOf knows by name.
func TestQuirksAreKnownByTheNamesOfGorgonia(t *testing.T) {
	g := gorgonia.NewGraph()
	x := matrix(g, "x", 2, 3, 1, 2, 3, 4, 5, 6)
	dropped := gorgonia.Must(gorgonia.Dropout(x, 0.5))
	part := gorgonia.Must(gorgonia.Slice(dropped, gorgonia.S(0, 1)))
	_, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(part)), x)
	require.NoError(t, err)
	found := map[string]quirk{}
	for _, n := range g.AllNodes() {
		if op := n.Op(); op != nil && quirkOf(op) != noQuirk {
			found[fmt.Sprintf("%T", op)] = quirkOf(op)
		}
	}
	require.Equal(t, map[string]quirk{"*gorgonia.dropoutOp": noReuse, "*gorgonia.dropoutDiffOp": noReuse, "gorgonia.sliceIncrOp": adds}, found)
}

func TestErrorsNameTheirOperation(t *testing.T) {
	g := gorgonia.NewGraph()
	x := matrix(g, "x", 1, 1, 1)
	cause := errors.New("no luck")
	failing := &op{name: "failing", shape: tensor.Shape{1, 1}, do: func([]gorgonia.Value) (gorgonia.Value, error) { return nil, cause }}
	ours, err := NewMachine(gorgonia.Must(failing.apply(x)))
	require.NoError(t, err)
	other := &op{name: "other", inputs: failing.inputs, output: failing.output, shape: failing.shape, do: failing.do}
	foreign, err := NewMachine(gorgonia.Must(gorgonia.ApplyOp(foreignOp{other}, x)))
	require.NoError(t, err)
	for want, m := range map[string]*Machine{"graph: failing: no luck": ours, "graph: foreign: graph: no luck": foreign} {
		var named *OpError
		err := m.RunAll()
		require.ErrorAs(t, err, &named)
		require.ErrorIs(t, err, cause)
		require.EqualError(t, err, want)
	}
}

// foreignOp is an operation of somebody else, whose errors begin like ours.
type foreignOp struct{ *op }

func (o foreignOp) String() string { return "foreign" }
func (o foreignOp) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	_, err := o.do(in)
	return nil, fmt.Errorf("graph: %w", err)
}

func TestKindsOfOperations(t *testing.T) {
	b := newTestBuilder(Field{Name: "f", Rows: 3})
	e := b.Embed("deep", 2)
	b.MLP("mlp", e, []int{3}, 0)
	require.NoError(t, b.Err())
	count := map[OpKind]int{}
	for _, n := range b.Graph().AllNodes() {
		if n.Op() != nil {
			count[KindOf(n.Op())]++
		}
	}
	require.Equal(t, 1, count[OpIndex])
	require.Equal(t, 1, count[OpLookup])
	require.Positive(t, count[OpOther])
	require.Equal(t, OpOther, KindOf(nil))
}

// A node that is used four times has a gradient that Gorgonia adds up in three nodes. We do so in one step and on all cores, in the
// order of Gorgonia, but for a part of the sum that somebody wants.
func TestSumsOfGradientsAreOurs(t *testing.T) {
	g := gorgonia.NewGraph()
	x := matrix(g, "x", 1, 1, 1)
	var parts gorgonia.Nodes
	for _, by := range []float32{1 << 24, 1, -1 << 24, 1} { // the result depends on the order
		parts = append(parts, gorgonia.Must(Scaled(x, by)))
	}
	grads, err := gorgonia.Grad(gorgonia.Must(gorgonia.Sum(gorgonia.Must(Add(parts...)))), x)
	require.NoError(t, err)
	part := InputsOf(grads[0])[0]
	for terms, outputs := range map[int]gorgonia.Nodes{4: {grads[0]}, 2: {grads[0], part}} {
		in := termsOf(grads[0], outputs)
		require.Len(t, in, terms)
		_, ours := evaluatorOf(grads[0], in).(*gradientSum)
		require.True(t, ours, "%v is not the sum that %q names", grads[0].Op(), gorgoniaSum)
		m, err := NewMachine(outputs...)
		require.NoError(t, err)
		require.NoError(t, m.RunAll())
		require.Equal(t, []float32{sumInPairs(grads[0])}, grads[0].Value().Data())
	}
	require.Equal(t, "sum", NameOf(part.Op()))
}

// sumInPairs adds the values of the terms of a sum as the nodes of Gorgonia do.
func sumInPairs(n *gorgonia.Node) float32 {
	if !isSum(n) {
		return n.Value().Data().([]float32)[0]
	}
	in := InputsOf(n)
	return sumInPairs(in[0]) + sumInPairs(in[1])
}
