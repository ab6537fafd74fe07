package graph

import (
	"fmt"
	"math"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func TestCross(t *testing.T) {
	shape := tensor.Shape{3, 19}
	opCase{
		name:   "3x19",
		shapes: []tensor.Shape{shape, shape, shape},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Cross(in[0], in[1], in[2]) },
		formula: func(in [][]float64) (out []float64) {
			for i, v := range in[2] {
				out = append(out, in[0][i]*in[1][i]+v)
			}
			return out
		},
	}.run(t)
	opCase{
		name:   "first layer",
		shapes: []tensor.Shape{shape, shape},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Cross(in[0], in[1], in[0]) },
		formula: func(in [][]float64) (out []float64) {
			for i, v := range in[0] {
				out = append(out, v*in[1][i]+v)
			}
			return out
		},
	}.run(t)
}

func TestTanh(t *testing.T) {
	opCase{
		name:   "5x7",
		shapes: []tensor.Shape{{5, 7}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Tanh(in[0]) },
		formula: func(in [][]float64) (out []float64) {
			for _, v := range in[0] {
				out = append(out, math.Tanh(v))
			}
			return out
		},
	}.run(t)
}

func TestSoftmaxScale(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {35, 3, 17}, {2, 5, 4}} {
		batch, n, dim := s[0], s[1], s[2]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{batch, n * dim}, {batch, n}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return SoftmaxScale(in[0], in[1]) },
			formula: func(in [][]float64) (out []float64) {
				for b := range batch {
					sum := 0.0
					for _, v := range in[1][b*n : (b+1)*n] {
						sum += math.Exp(v)
					}
					for i := range n * dim {
						out = append(out, in[0][b*n*dim+i]*math.Exp(in[1][b*n+i/dim])/sum)
					}
				}
				return out
			},
		}.run(t)
	}
}

func TestGroupedLinear(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {3, 2, 5, 7}, {35, 4, 17, 3}, {2, 3, 16, 33}} {
		for _, biased := range []bool{true, false} {
			batch, groups, inner, units := s[0], s[1], s[2], s[3]
			shapes := []tensor.Shape{{batch, groups * inner}, {groups * inner, units}, {1, groups * units}}
			if !biased {
				shapes = shapes[:2]
			}
			opCase{
				name:   fmt.Sprint(s, biased),
				shapes: shapes,
				build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
					if !biased {
						return GroupedLinear(in[0], in[1], nil, groups)
					}
					return GroupedLinear(in[0], in[1], in[2], groups)
				},
				formula: func(in [][]float64) []float64 {
					out := make([]float64, batch*groups*units)
					for at := range out {
						b, g, u := at/(groups*units), at/units%groups, at%units
						for i := range inner {
							out[at] += in[0][(b*groups+g)*inner+i] * in[1][(g*inner+i)*units+u]
						}
						if biased {
							out[at] += in[2][at%(groups*units)]
						}
					}
					return out
				},
			}.run(t)
		}
	}
}
