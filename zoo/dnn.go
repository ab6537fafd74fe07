package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// DNN is a multi-layer perceptron over the embeddings of all fields, side by side:
//
//	y = sigmoid(MLP([e_1; e_2; ...; e_S]))
//
// Reference: Li and Lyu, Adaptive Regularization for Large-Scale Sparse Feature Embedding Models,
// ICLR 2026, where it is the first of the four backbones.
type DNN struct {
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
}

// Logit builds the graph.
func (m DNN) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	return b.MLP("mlp", e, m.HiddenUnits, m.Dropout)
}

// About implements Described.
func (DNN) About() About {
	return About{Title: "multi-layer perceptron over the embeddings", Paper: "Li and Lyu, ICLR 2026 (its first backbone)", Family: Deep}
}

var _ Described = DNN{}
