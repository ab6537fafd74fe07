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
	EmbeddingDim   int     // values in an embedding; at least 1; 0 means 16
	HiddenUnits    []int   // units of each hidden layer of the MLP; nil means 128, 64
	Dropout        float64 // share of hidden values dropped in training; [0, 1); default 0
	Layers         int     // layers of the stack; at least 1; 0 means 2
	FMBUnits       int     // vectors that the FMB makes; 0 means 8
	LCBUnits       int     // vectors that the LCB makes; 0 means 8
	Rank           int     // columns of Y; at most the number of vectors; 0 means 8, or that number
	FMBHiddenUnits []int   // units of each hidden layer of the FMB's MLP; nil means 64
}

// Logit builds the graph.
func (m WuKong) Logit(b *graph.Builder) *gorgonia.Node {
	dim := orDefault(m.EmbeddingDim, 16)
	x := b.Embed("deep", dim)
	if m.Layers < 0 {
		b.Fail("wukong", fmt.Errorf("layers must be at least 1, got %d", m.Layers))
	}
	for i := range orDefault(m.Layers, 2) {
		x = m.layer(b, fmt.Sprintf("wukong/%d", i), x, dim)
	}
	return b.MLP("mlp", x, unitsOrDefault(m.HiddenUnits, 128, 64), m.Dropout)
}

func (m WuKong) layer(b *graph.Builder, name string, x *gorgonia.Node, dim int) *gorgonia.Node {
	if b.Err() != nil {
		return nil
	}
	n := x.Shape()[1] / dim
	fmbUnits, lcbUnits := orDefault(m.FMBUnits, 8), orDefault(m.LCBUnits, 8)
	rank := orDefault(m.Rank, min(8, n))
	fmb := b.FMB(name+"/fmb", x, dim, rank, fmbUnits, unitsOrDefault(m.FMBHiddenUnits, 64))
	lcb := b.LCB(name+"/lcb", x, dim, lcbUnits)
	residual, units := x, fmbUnits+lcbUnits
	if units != n {
		residual = b.LCB(name+"/residual", x, dim, units)
	}
	sum := b.Sum(b.Concat(fmb, lcb), residual)
	return b.LayerNorm(name+"/norm", sum, dim)
}

var _ Model = WuKong{}
