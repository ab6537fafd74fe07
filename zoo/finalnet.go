package zoo

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// FinalNet is two stacks of factorized interaction layers over the embeddings, whose logits are averaged:
//
//	h = W x + b = [u; v],  layer(x) = ReLU(BatchNorm([u; u * v]))
//
// so that the degree of interactions doubles from layer to layer. Each stack also learns from the probabilities of both
// together, as a student from its teacher. With FieldGate, the first stack sees each embedding twice, once multiplied by a
// gate that is linear in the values of all fields at its place.
//
// Reference: Zhu et al., FINAL: Factorized Interaction Layer for CTR Prediction, SIGIR 2023. The paper searches the sizes of
// the stacks; the defaults are those of this zoo. As in FuxiCTR, the batch is normalised before the activation, and half the
// values of a layer are products.
type FinalNet struct {
	EmbeddingDim int   `default:"16" range:"[1, inf)" help:"values in an embedding"`
	Stacks       int   `default:"2" range:"[1, 2]" help:"stacks of layers, 1 or 2"`
	HiddenUnits  []int `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	// SecondHiddenUnits may be nil.
	SecondHiddenUnits []int   `range:"[1, inf)" help:"units of each layer of the second stack; empty means those of the first"`
	NoBatchNorm       bool    `help:"does not normalise the values of a layer over the batch"`
	FieldGate         bool    `help:"lets the first stack see gated embeddings beside the others"`
	Dropout           float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
}

// Logit builds the graph.
func (m FinalNet) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	x := e
	if m.FieldGate {
		x = b.Concat(e, b.Product(e, m.gate(b, "gate", e)))
	}
	first := m.stack(b, "stack/0", x, m.HiddenUnits)
	if m.Stacks == 1 {
		return first
	}
	units := m.SecondHiddenUnits
	if units == nil {
		units = m.HiddenUnits
	}
	second := m.stack(b, "stack/1", e, units)
	both := b.Mean(first, second)
	b.Teach(both, first)
	b.Teach(both, second)
	return both
}

// stack returns the logit of a stack.
func (m FinalNet) stack(b *graph.Builder, name string, x *gorgonia.Node, units []int) *gorgonia.Node {
	for i, n := range units {
		if n%2 != 0 {
			b.Fail(name, fmt.Errorf("hidden_units: layer %d: half of its units are products: must be even, got %d", i, n))
			return nil
		}
		x = m.layer(b, fmt.Sprintf("%s/%d", name, i), x, n)
	}
	return b.Linear(name+"/out", x, 1, false)
}

// layer is a factorized interaction layer.
func (m FinalNet) layer(b *graph.Builder, name string, x *gorgonia.Node, units int) *gorgonia.Node {
	h := b.HalfProducts(name, b.Linear(name, x, units, false))
	if !m.NoBatchNorm {
		h = b.BatchNorm(name+"/norm", h)
	}
	return b.Dropout(name, b.ReLU(h), m.Dropout)
}

// gate returns a factor for each value of the embeddings: the sum over the fields of the values at the same place, each times a
// weight, and a bias for each field.
func (m FinalNet) gate(b *graph.Builder, name string, e *gorgonia.Node) *gorgonia.Node {
	positions := b.Positions(name, e, m.EmbeddingDim)
	return b.Vectors(name, b.Linear(name, positions, b.Fields(), false), m.EmbeddingDim)
}

// About implements Described.
func (FinalNet) About() About {
	return About{Title: "factorized interaction layers in two stacks that teach each other", Paper: "Zhu et al., SIGIR 2023", Family: Interactions}
}

var _ Described = FinalNet{}
