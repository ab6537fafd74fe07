package zoo

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// AutoInt is a stack of layers in which the embeddings of the fields attend to each other:
//
//	X' = ReLU([head_1; ...; head_H] + X W_res + b),  head_h = softmax(X Q_h (X K_h)^T) X V_h
//
// with a linear output over the last layer. With Plus it is AutoInt+, which adds an MLP over the embeddings.
//
// Reference: Song et al., AutoInt: Automatic Feature Interaction Learning via Self-Attentive Neural Networks, CIKM 2019. Three
// layers of two heads of 32 values are the paper's. As there, products are not scaled, and every layer has W_res; FuxiCTR has it
// only where the width changes. Dropout is on the values of each layer, that of the authors' code and FuxiCTR's on the attention.
// The bias b is not in the paper: without it embeddings that begin at zero, as those of the paper of AdamAR do, would stay there.
type AutoInt struct {
	EmbeddingDim    int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	AttentionLayers int     `default:"3" range:"[1, 64]" help:"layers of attention"`
	Heads           int     `default:"2" range:"[1, inf)" help:"heads of each layer; must divide the attention units"`
	AttentionUnits  int     `default:"64" range:"[1, inf)" help:"values of an embedding after a layer, of all heads together"`
	Plus            bool    `help:"adds an MLP over the embeddings: AutoInt+"`
	HiddenUnits     []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout         float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
}

// Logit builds the graph.
func (m AutoInt) Logit(b *graph.Builder) *gorgonia.Node {
	if m.AttentionUnits%m.Heads != 0 {
		b.Fail("attention", fmt.Errorf("heads: %d do not divide attention_units, %d", m.Heads, m.AttentionUnits))
	}
	e := b.Embed("deep", m.EmbeddingDim)
	x, dim := e, m.EmbeddingDim
	for i := range m.AttentionLayers {
		x, dim = m.layer(b, fmt.Sprintf("attention/%d", i), x, dim), m.AttentionUnits
	}
	logit := b.Linear("attention/out", x, 1, false)
	if !m.Plus {
		return logit
	}
	return b.Sum(logit, b.MLP("mlp", e, m.HiddenUnits, m.Dropout))
}

// layer lets vectors of dim values attend to each other.
func (m AutoInt) layer(b *graph.Builder, name string, x *gorgonia.Node, dim int) *gorgonia.Node {
	part := func(what string) *gorgonia.Node { return b.MapVectors(name+"/"+what, x, dim, m.AttentionUnits, false) }
	residual := b.MapVectors(name+"/residual", x, dim, m.AttentionUnits, true)
	heads := b.Attention(name, part("query"), part("key"), part("value"), nil, m.AttentionUnits, m.Heads, false)
	return b.Dropout(name, b.ReLU(b.Sum(heads, residual)), m.Dropout)
}

// About implements Described.
func (AutoInt) About() About {
	return About{Title: "attention among the embeddings of a sample; with an MLP AutoInt+", Paper: "Song et al., CIKM 2019", Family: Attention}
}

var _ Described = AutoInt{}
