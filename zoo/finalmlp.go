package zoo

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// FinalMLP is two MLPs over the same embeddings, each behind a gate that weights every value of them, whose last layers are fused
// by products within heads:
//
//	x = MLP_1(2 sigmoid(gate_1) * e),  z = MLP_2(2 sigmoid(gate_2) * e),  y = sigmoid(b + w_x x + w_z z + sum_h x_h^T W_h z_h)
//
// A gate is an MLP over the embeddings of some fields, such as those of the user, or over a learned vector.
//
// Reference: Mao et al., FinalMLP: An Enhanced Two-Stream MLP Model for CTR Prediction, AAAI 2023. The paper tunes the sizes, heads
// and gate fields for each data set; a gate without fields has a learned vector and one hidden layer of 64 units, as in FuxiCTR. Where
// FuxiCTR has embeddings of their own for the fields of a gate, a gate here takes those of the model. One bias in the fusion is enough:
// FuxiCTR has two. The published settings have batch norm; as FuxiCTR's default, that here is without.
type FinalMLP struct {
	EmbeddingDim int   `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	// SecondHiddenUnits may be nil.
	SecondHiddenUnits []int   `range:"[1, inf)" help:"units of each layer of the second MLP; empty means those of the first"`
	Dropout           float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
	BatchNorm         bool    `help:"normalises hidden values over the batch, before the ReLU"`
	GateHiddenUnits   []int   `default:"64" range:"[1, inf)" help:"units of each hidden layer of a gate"`
	FirstGateFields   string  `help:"fields that the gate of the first MLP looks at, with commas; empty means a learned vector"`
	SecondGateFields  string  `help:"fields that the gate of the second MLP looks at, with commas; empty means a learned vector"`
	Heads             int     `default:"1" range:"[1, inf)" help:"heads of the fusion; must divide the last hidden units"`
}

// Logit builds the graph.
func (m FinalMLP) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	units := m.SecondHiddenUnits
	if units == nil {
		units = m.HiddenUnits
	}
	x := m.stream(b, "stream/0", m.gated(b, "gate/0", e, "first_gate_fields", m.FirstGateFields), m.HiddenUnits)
	z := m.stream(b, "stream/1", m.gated(b, "gate/1", e, "second_gate_fields", m.SecondGateFields), units)
	return b.BilinearFusion("fusion", x, z, m.Heads)
}

// gated returns the embeddings behind a gate.
func (m FinalMLP) gated(b *graph.Builder, name string, e *gorgonia.Node, hyperparameter, fields string) *gorgonia.Node {
	context := m.context(b, name, e, hyperparameter, fields)
	if b.Err() != nil {
		return nil
	}
	scores := b.Linear(name+"/out", b.Hidden(name, context, m.GateHiddenUnits, 0), e.Shape()[1], false)
	return b.Gate(name, e, scores)
}

// context returns what a gate looks at.
func (m FinalMLP) context(b *graph.Builder, name string, e *gorgonia.Node, hyperparameter, fields string) *gorgonia.Node {
	if fields == "" {
		return b.Weight(name+"/context", 1, m.EmbeddingDim, graph.Zeros())
	}
	var vectors []*gorgonia.Node
	for field := range strings.SplitSeq(fields, ",") {
		place := b.PlaceOf(field)
		if place < 0 {
			b.Fail(name, fmt.Errorf("%s: there is no field %q", hyperparameter, field))
			return nil
		}
		vectors = append(vectors, b.Columns(name, e, place*m.EmbeddingDim, m.EmbeddingDim))
	}
	return b.Concat(vectors...)
}

// stream returns the last hidden layer of an MLP.
func (m FinalMLP) stream(b *graph.Builder, name string, x *gorgonia.Node, units []int) *gorgonia.Node {
	if !m.BatchNorm {
		return b.Hidden(name, x, units, m.Dropout)
	}
	for i, n := range units {
		layer := fmt.Sprintf("%s/%d", name, i)
		h := b.BatchNorm(layer+"/norm", b.Linear(layer, x, n, false))
		x = b.Dropout(layer, b.ReLU(h), m.Dropout)
	}
	return x
}

// About implements Described.
func (FinalMLP) About() About {
	return About{Title: "two gated MLPs, fused by products", Paper: "Mao et al., AAAI 2023", Family: Interactions}
}

var _ Described = FinalMLP{}
