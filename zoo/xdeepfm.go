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
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
	CINUnits     []int   `default:"32,32" range:"[1, inf)" help:"maps of each layer of the CIN"`
	SplitHalf    bool    `help:"half of a layer's maps feed the next layer, half the output"`
}

// Logit builds the graph.
func (m XDeepFM) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	return b.Sum(
		b.Wide("wide"),
		b.CIN("cin", e, m.CINUnits, m.SplitHalf),
		b.MLP("mlp", e, m.HiddenUnits, m.Dropout),
	)
}

// About implements Described.
func (XDeepFM) About() About {
	return About{Title: "compressed interaction network, linear part and MLP", Paper: "Lian et al., KDD 2018", Family: Interactions}
}

var _ Described = XDeepFM{}
