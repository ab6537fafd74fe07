package main

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"gorgonia.org/gorgonia"
)

// Crossed is a model of the blocks that the zoo's own backbones are made of: cross layers over the embeddings, gated value
// by value and normalised over the batch, beside the second-order term of a factorization machine.
type Crossed struct {
	EmbeddingDim int `default:"4" range:"[1, inf)" help:"values in an embedding"`
	Rank         int `default:"2" range:"[0, inf)" help:"rank of a cross layer; 0 means full"`
}

// Logit builds the graph.
func (m Crossed) Logit(b *graph.Builder) *gorgonia.Node {
	e := b.Embed("deep", m.EmbeddingDim)
	gated := b.Gate("gate", e, b.Linear("scores", e, b.Fields()*m.EmbeddingDim, false))
	x := b.CrossLayer("cross/0", gated, gated, m.Rank)
	x = b.CrossLayer("cross/1", gated, x, m.Rank)
	return b.Sum(
		b.Linear("out", b.BatchNorm("norm", x), 1, false),
		b.PairProducts("fm", e, m.EmbeddingDim),
	)
}

// About implements zoo.Described.
func (Crossed) About() zoo.About {
	return zoo.About{Title: "gated cross layers beside pair products", Paper: "none", Family: zoo.Interactions}
}
