package graph

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func TestGate(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {35, 19, 35}, {35, 19, 1}, {600, 5, 1}, {3, 33, 3}} { // rows, columns, rows of scores
		rows, n := s[0], s[1]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{rows, n}, {s[2], n}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Gate(in[0], in[1]) },
			formula: func(in [][]float64) (out []float64) {
				for i, v := range in[0] {
					out = append(out, 2*v/(1+math.Exp(-in[1][i%len(in[1])])))
				}
				return out
			},
		}.run(t)
	}
}
