package main

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"gorgonia.org/gorgonia"
)

// Mine is a multi-layer perceptron of equal layers over the embeddings.
type Mine struct {
	EmbeddingDim int    `default:"8" range:"[1, inf)" help:"values in an embedding"`
	MineFlag     int    `default:"2" range:"[1, 9]" help:"hidden layers"`
	Width        string `default:"narrow" range:"narrow|wide" help:"of each hidden layer"`
}

// Logit builds the graph.
func (m Mine) Logit(b *graph.Builder) *gorgonia.Node {
	units := 8
	if m.Width == "wide" {
		units = 32
	}
	return b.MLP("mlp", b.Embed("deep", m.EmbeddingDim), slices.Repeat([]int{units}, m.MineFlag), 0)
}

// About implements zoo.Described.
func (Mine) About() zoo.About {
	return zoo.About{Title: "equal layers over the embeddings", Paper: "none"}
}
