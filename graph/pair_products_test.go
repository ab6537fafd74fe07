package graph

import (
	"fmt"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func TestPairProducts(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 5, 4}, {35, 3, 17}, {2, 24, 16}} {
		batch, n, dim := s[0], s[1], s[2]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{batch, n * dim}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return PairProducts(in[0], dim) },
			formula: func(in [][]float64) []float64 {
				out := make([]float64, batch)
				for b := range batch {
					for i := range n {
						for j := range i {
							for d := range dim {
								out[b] += in[0][(b*n+i)*dim+d] * in[0][(b*n+j)*dim+d]
							}
						}
					}
				}
				return out
			},
		}.run(t)
	}
}

func TestAddBias(t *testing.T) {
	for _, n := range []int{1, 19} {
		opCase{
			name:   fmt.Sprint(n),
			shapes: []tensor.Shape{{5, n}, {1, n}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return AddBias(in[0], in[1]) },
			formula: func(in [][]float64) (out []float64) {
				for i, v := range in[0] {
					out = append(out, v+in[1][i%n])
				}
				return out
			},
		}.run(t)
	}
}
