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
	EmbeddingDim int     // values in an embedding; at least 1; 0 means 16
	HiddenUnits  []int   // units of each hidden layer; nil means 128, 64
	Dropout      float64 // share of hidden values dropped in training; [0, 1); default 0
}

// Logit builds the graph.
func (m WDL) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", orDefault(m.EmbeddingDim, 16))
	return b.Sum(b.Wide("wide"), b.MLP("mlp", e, unitsOrDefault(m.HiddenUnits, 128, 64), m.Dropout))
}

var _ Model = WDL{}
