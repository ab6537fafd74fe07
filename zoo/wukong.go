package zoo

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// WuKong is a stack of layers, each of which makes vectors from vectors by a factorization machine
// block and a linear compress block:
//
//	X' = LayerNorm(concat(FMB(X), LCB(X)) + X)
//
// where X is compressed linearly if the number of vectors changes. An MLP follows.
//
// Reference: Zhang et al., Wukong: Towards a Scaling Law for Large-Scale Recommendation, ICML 2024.
// As the paper reads, the last layer of the FMB's MLP is linear (FuxiCTR adds a ReLU there), Y is a
// learned matrix, and the compression of the residual has no bias (FuxiCTR's has one).
type WuKong struct {
	EmbeddingDim int     `default:"16" range:"[1, inf)" help:"values in an embedding"`
	HiddenUnits  []int   `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
	Dropout      float64 `range:"[0, 1)" help:"share of hidden values dropped in training"`
	Layers       int     `default:"2" range:"[1, 64]" help:"layers of the stack"`
	FMBUnits     int     `default:"8" range:"[1, inf)" help:"vectors that the factorization machine block makes"`
	LCBUnits     int     `default:"8" range:"[1, inf)" help:"vectors that the linear compress block makes"`
	// Rank is the number of columns of Y.
	Rank           int   `range:"[0, inf)" help:"rank of the interaction, at most the number of vectors; 0 means 8, or that number"`
	FMBHiddenUnits []int `default:"64" range:"[1, inf)" help:"units of each hidden layer of the block's MLP"`
}

// Logit builds the graph.
func (m WuKong) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	x := e
	for i := range m.Layers {
		x = m.layer(b, fmt.Sprintf("wukong/%d", i), x)
	}
	return b.MLP("mlp", b.Carry(e, x), m.HiddenUnits, m.Dropout)
}

func (m WuKong) layer(b *graph.Builder, name string, x *gorgonia.Node) *gorgonia.Node {
	if b.Err() != nil {
		return nil
	}
	dim, vectors, units := m.EmbeddingDim, x.Shape()[1]/m.EmbeddingDim, m.FMBUnits+m.LCBUnits
	rank := m.Rank
	if rank == 0 {
		rank = min(8, vectors)
	}
	fmb := b.FMB(name+"/fmb", x, dim, rank, m.FMBUnits, m.FMBHiddenUnits)
	lcb := b.LCB(name+"/lcb", x, dim, m.LCBUnits)
	residual := x
	if units != vectors {
		residual = b.LCB(name+"/residual", x, dim, units)
	}
	return b.LayerNorm(name+"/norm", b.Sum(b.Concat(fmb, lcb), residual), dim)
}

// About implements Described.
func (WuKong) About() About {
	return About{Title: "stacked factorization machines", Paper: "Zhang et al., ICML 2024", Family: Stacks}
}

var _ Described = WuKong{}
