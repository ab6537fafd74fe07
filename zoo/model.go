package zoo

import (
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
)

// Model is a click-through-rate model: hyper-parameters and how to build its logit.
type Model interface {
	// Logit builds the graph from the inputs of b to the logit (batch, 1). Errors stay in b.
	Logit(b *graph.Builder) *gorgonia.Node
}

// orDefault is v, or the default if v is the zero value.
func orDefault[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}

// unitsOrDefault is units, or the default if units is nil. An empty slice means no layers.
func unitsOrDefault(units []int, fallback ...int) []int {
	if units == nil {
		return fallback
	}
	return units
}
