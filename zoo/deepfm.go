package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// DeepFM is a factorization machine beside an MLP, both over the same embeddings:
//
//	y = sigmoid(y_FM + y_MLP)
//
// Reference: Guo et al., DeepFM: A Factorization-Machine based Neural Network for CTR Prediction, IJCAI 2017. The paper's MLP has
// 3 layers of 400 units and a dropout of 0.5; the defaults here are those of the other models. One bias, that of the MLP, is enough:
// FuxiCTR has a second one in the linear part.
type DeepFM struct {
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
}

// Logit builds the graph.
func (m DeepFM) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	return b.Sum(
		b.Wide("wide"),
		b.PairProducts("fm", e, m.EmbeddingDim),
		b.MLP("mlp", e, m.HiddenUnits, m.Dropout),
	)
}

// About implements Described.
func (DeepFM) About() About {
	return About{Title: "factorization machine and MLP", Paper: "Guo et al., IJCAI 2017", Family: Interactions}
}

var _ Described = DeepFM{}
