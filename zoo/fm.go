package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// FM is a factorization machine of second order: logistic regression, and the dot products of all pairs of embeddings:
//
//	y = sigmoid(w_0 + sum_i w_i x_i + sum_{i<j} <e_i, e_j>)
//
// Reference: Rendle, Factorization Machines, ICDM 2010. There every id is a feature, so that two ids of one list are a pair,
// too; here, as in FuxiCTR, a list is pooled first and is one vector. Products have no gradient at zero: from embeddings that are
// all zero (--embedding-init zeros) only the linear part learns.
type FM struct {
	EmbeddingDim int `default:"16" range:"[1, inf)" help:"values in an embedding"`
}

// Logit builds the graph.
func (m FM) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	return b.Sum(
		b.Bias("lr", b.Wide("wide")),
		b.PairProducts("fm", e, m.EmbeddingDim),
	)
}

// About implements Described.
func (FM) About() About {
	return About{Title: "factorization machine of second order", Paper: "Rendle, ICDM 2010", Family: Interactions}
}

var _ Described = FM{}
