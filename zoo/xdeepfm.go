package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// XDeepFM adds a compressed interaction network (CIN) to Wide & Deep.
//
// Reference: Lian et al., xDeepFM, KDD 2018. The CIN has the paper's identity activation, no bias, and
// sum pooling; the authors' code splits the maps of a layer in halves by default, as SplitHalf does.
type XDeepFM struct {
	EmbeddingDim int     // values in an embedding; at least 1; 0 means 16
	HiddenUnits  []int   // units of each hidden layer of the MLP; nil means 128, 64
	Dropout      float64 // share of hidden values dropped in training; [0, 1); default 0
	CINUnits     []int   // maps of each layer of the CIN; nil means 32, 32
	SplitHalf    bool    // half of a layer's maps feed the next one, the other half the output
}

// Logit builds the graph.
func (m XDeepFM) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", orDefault(m.EmbeddingDim, 16))
	return b.Sum(
		b.Wide("wide"),
		b.CIN("cin", e, unitsOrDefault(m.CINUnits, 32, 32), m.SplitHalf),
		b.MLP("mlp", e, unitsOrDefault(m.HiddenUnits, 128, 64), m.Dropout),
	)
}

var _ Model = XDeepFM{}
