package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func TestLayerNorm(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 3}, {5, 1, 16}, {600, 1, 2}, {7, 3, 20}} { // rows, runs in a row, values in a run
		rows, runs, n := s[0], s[1], s[2]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{rows, runs * n}, {1, n}, {1, n}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return LayerNorm(in[0], in[1], in[2]) },
			formula: func(in [][]float64) (out []float64) {
				for r := range rows * runs {
					row := in[0][r*n : (r+1)*n]
					var mean, variance float64
					for _, v := range row {
						mean += v / float64(n)
					}
					for _, v := range row {
						variance += (v - mean) * (v - mean) / float64(n)
					}
					for i, v := range row {
						out = append(out, (v-mean)/math.Sqrt(variance+1e-5)*in[1][i]+in[2][i])
					}
				}
				return out
			},
			loose: n == 2, // two values have a deviation that may be tiny
		}.run(t)
	}
}

// The last case has more positions than a block.
func TestCINLayer(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {7, 3, 4, 5}, {451, 2, 2, 1}} {
		rows, h, n, units := s[0], s[1], s[2], s[3]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{rows, h}, {rows, n}, {h * n, units}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return CINLayer(in[0], in[1], in[2]) },
			formula: func(in [][]float64) []float64 {
				out := make([]float64, rows*units)
				for r := range rows {
					for u := range units {
						for i := range h {
							for j := range n {
								out[r*units+u] += in[2][(i*n+j)*units+u] * in[0][r*h+i] * in[1][r*n+j]
							}
						}
					}
				}
				return out
			},
			loose: rows > 448, // its weights' gradients are sums over all positions
		}.run(t)
	}
}

func TestPooledCINLayer(t *testing.T) {
	for _, s := range [][5]int{{1, 1, 1, 1, 1}, {3, 4, 5, 6, 2}, {2, 16, 17, 24, 3}} {
		batch, dim, h, n, units := s[0], s[1], s[2], s[3], s[4]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{batch * dim, h}, {batch * dim, n}, {h * n, units}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return PooledCINLayer(in[0], in[1], in[2], dim) },
			formula: func(in [][]float64) []float64 {
				out := make([]float64, batch*units)
				for r := range batch * dim {
					for u := range units {
						for i := range h {
							for j := range n {
								out[r/dim*units+u] += in[2][(i*n+j)*units+u] * in[0][r*h+i] * in[1][r*n+j]
							}
						}
					}
				}
				return out
			},
		}.run(t)
	}
}

func TestCompress(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {3, 4, 5, 6}, {70, 3, 2, 16}} {
		batch, n, units, dim := s[0], s[1], s[2], s[3]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{batch, n * dim}, {n, units}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Compress(in[0], in[1], dim) },
			formula: func(in [][]float64) []float64 {
				out := make([]float64, batch*units*dim)
				for b := range batch {
					for i := range n {
						for u := range units {
							for d := range dim {
								out[(b*units+u)*dim+d] += in[1][i*units+u] * in[0][(b*n+i)*dim+d]
							}
						}
					}
				}
				return out
			},
		}.run(t)
	}
}

func TestVectorProducts(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 1, 1}, {3, 4, 5, 6}, {70, 3, 2, 16}} {
		batch, n, k, dim := s[0], s[1], s[2], s[3]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{batch, n * dim}, {batch, k * dim}},
			build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return VectorProducts(in[0], in[1], dim) },
			formula: func(in [][]float64) []float64 {
				out := make([]float64, batch*n*k)
				for b := range batch {
					for i := range n {
						for j := range k {
							for d := range dim {
								out[(b*n+i)*k+j] += in[0][(b*n+i)*dim+d] * in[1][(b*k+j)*dim+d]
							}
						}
					}
				}
				return out
			},
		}.run(t)
	}
}

func TestPositions(t *testing.T) {
	transposed := func(x []float64, batch, rows, columns int) (out []float64) {
		for b := range batch {
			for c := range columns {
				for r := range rows {
					out = append(out, x[(b*rows+r)*columns+c])
				}
			}
		}
		return out
	}
	opCase{
		name: "positions", shapes: []tensor.Shape{{2, 3 * 4}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Positions(in[0], 4) },
		formula: func(in [][]float64) []float64 { return transposed(in[0], 2, 3, 4) },
	}.run(t)
	opCase{
		name: "sum", shapes: []tensor.Shape{{2 * 4, 3}},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return SumPositions(in[0], 4) },
		formula: func(in [][]float64) []float64 {
			return append(multiply([]float64{1, 1, 1, 1}, in[0][:12], 1, 4, 3), multiply([]float64{1, 1, 1, 1}, in[0][12:], 1, 4, 3)...)
		},
	}.run(t)
}

// Bounds that are equal modulo 256: Gorgonia's own Slice merges such nodes.
func TestColumns(t *testing.T) {
	for _, from := range []int{0, 256} {
		opCase{
			name: fmt.Sprint("columns ", from), shapes: []tensor.Shape{{2, 512}},
			build: func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Columns(in[0], from, 256) },
			formula: func(in [][]float64) []float64 {
				return append(append([]float64(nil), in[0][from:from+256]...), in[0][512+from:512+from+256]...)
			},
		}.run(t)
	}
}

func TestInteractionsNameTheHyperparameter(t *testing.T) {
	for want, build := range map[string]func(b *Builder, e *gorgonia.Node){
		"cin: cin_units: at least one layer":        func(b *Builder, e *gorgonia.Node) { b.CIN("cin", e, nil, false) },
		"cin: cin_units: layer 1: must be at least": func(b *Builder, e *gorgonia.Node) { b.CIN("cin", e, []int{2, 0}, false) },
		"even to be split in halves, got 3":         func(b *Builder, e *gorgonia.Node) { b.CIN("cin", e, []int{3, 2}, true) },
		"fmb: rank must be in [1, 2]":               func(b *Builder, e *gorgonia.Node) { b.FMB("fmb", e, 4, 3, 1, nil) },
		"lcb: units must be at least 1":             func(b *Builder, e *gorgonia.Node) { b.LCB("lcb", e, 4, 0) },
	} {
		b := NewBuilder(2, []Field{{Name: "f", Rows: 3}, {Name: "g", Rows: 3}}, NewWeights(rand.New(rand.NewPCG(1, 1))))
		build(b, b.Embed("deep", 4))
		require.ErrorContains(t, b.Err(), want)
	}
}
