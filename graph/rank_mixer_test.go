package graph

import (
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func TestGELU(t *testing.T) {
	opCase{
		name:   "9x17",
		shapes: []tensor.Shape{{9, 17}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return GELU(in[0]) },
		formula: func(in [][]float64) (out []float64) {
			for _, v := range in[0] {
				out = append(out, v*math.Erfc(-v/math.Sqrt2)/2)
			}
			return out
		},
	}.run(t)
}

func TestMixTokens(t *testing.T) {
	const batch, tokens, heads, n = 3, 4, 2, 5
	opCase{
		name:   "3x4x2x5",
		shapes: []tensor.Shape{{batch, tokens * heads * n}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return MixTokens(in[0], tokens, heads) },
		formula: func(in [][]float64) (out []float64) {
			for b := range batch {
				for h := range heads {
					for token := range tokens {
						at := ((b*tokens+token)*heads + h) * n
						out = append(out, in[0][at:at+n]...)
					}
				}
			}
			return out
		},
	}.run(t)
}
