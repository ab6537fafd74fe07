package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// WDL is Wide & Deep: a linear part over all fields beside the DNN.
//
// Reference: Cheng et al., Wide & Deep Learning for Recommender Systems, DLRS 2016. As in FuxiCTR and
// DeepCTR there are no hand-made crosses in the wide part, and one solver trains both parts.
type WDL struct {
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
}

// Logit builds the graph.
func (m WDL) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	return b.Sum(b.Wide("wide"), b.MLP("mlp", e, m.HiddenUnits, m.Dropout))
}

// About implements Described.
func (WDL) About() About {
	return About{Title: "Wide & Deep", Paper: "Cheng et al., DLRS 2016", Family: Deep}
}

var _ Described = WDL{}
