package zoo

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// DCNv2 is a cross network, whose layers multiply the embeddings by a projection of what they have made of them,
//
//	x_{l+1} = x_0 * (W_l x_l + b_l) + x_l
//
// and an MLP, beside it (parallel) or on top of it (stacked):
//
//	y = sigmoid(w^T [x_L; hidden(x_0)] + b)    or    sigmoid(w^T hidden(x_L) + b)
//
// With a rank W_l is the product of two thin matrices; with several experts W_l x_l is a mixture of such products, with tanh inside
// and gates by softmax, which all layers share. Without hidden units the cross network is alone.
//
// Reference: Wang et al., DCN V2: Improved Deep & Cross Network and Practical Lessons for Web-scale Learning to Rank Systems, WWW 2021.
// The paper tunes all sizes; the 3 layers are the default of FuxiCTR, whose full rank, mixture and structures are the same.
// FuxiCTR has no low rank without experts, and its structure stacked_parallel is not here. Batch norm, which FuxiCTR can have in its
// MLP, is not here.
type DCNv2 struct {
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
	CrossLayers  int     `default:"3" range:"[1, 64]" help:"layers of the cross network"`
	CrossRank    int     `range:"[0, inf)" help:"rank of a cross layer, at most the width of all embeddings; 0 means full"`
	CrossExperts int     `default:"1" range:"[1, 64]" help:"low-rank experts that a cross layer mixes"`
	Structure    string  `default:"parallel" range:"parallel|stacked" help:"where the MLP is"`
}

// Logit builds the graph.
func (m DCNv2) Logit(b *graph.Builder) *gorgonia.Node {
	x0 := b.Embed("deep", m.EmbeddingDim)
	x := m.cross(b, x0)
	switch {
	case m.Structure == "stacked":
		x = b.Hidden("mlp", x, m.HiddenUnits, m.Dropout)
	case len(m.HiddenUnits) > 0:
		x = b.Concat(x, b.Hidden("mlp", x0, m.HiddenUnits, m.Dropout))
	}
	return b.Linear("out", x, 1, false)
}

// cross is the cross network.
func (m DCNv2) cross(b *graph.Builder, x0 *gorgonia.Node) *gorgonia.Node {
	if b.Err() != nil {
		return nil
	}
	x := x0
	if m.CrossExperts == 1 {
		for i := range m.CrossLayers {
			x = b.CrossLayer(fmt.Sprintf("cross/%d", i), x0, x, m.CrossRank)
		}
		return x
	}
	if m.CrossRank == 0 {
		b.Fail("cross", errors.New("cross_experts: a mixture needs cross_rank"))
		return nil
	}
	gates := b.CrossGates("cross/gates", x0, m.CrossExperts)
	for i := range m.CrossLayers {
		x = b.CrossExperts(fmt.Sprintf("cross/%d", i), x0, x, gates, m.CrossRank)
	}
	return x
}

// About implements Described.
func (DCNv2) About() About {
	return About{Title: "cross network and MLP", Paper: "Wang et al., WWW 2021", Family: Interactions}
}

var _ Described = DCNv2{}
