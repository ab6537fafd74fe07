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
	EmbeddingDim int     // values in an embedding; at least 1; 0 means 16
	HiddenUnits  []int   // units of each hidden layer; nil means 128, 64
	Dropout      float64 // share of hidden values dropped in training; [0, 1); default 0
}

// Logit builds the graph.
func (m DNN) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", orDefault(m.EmbeddingDim, 16))
	return b.MLP("mlp", e, unitsOrDefault(m.HiddenUnits, 128, 64), m.Dropout)
}

var _ Model = DNN{}
