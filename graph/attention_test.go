package graph

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// attend is the formula of Attention.
func attend(in [][]float64, batch, m, n, width, heads int, scale float64) []float64 {
	out, dim := make([]float64, batch*m*width), width/heads
	for i := range batch * m {
		s := i / m
		for h := range heads {
			weights, sum := make([]float64, n), 0.0
			for j := range n {
				if len(in) > 3 && in[3][s*n+j] == 0 {
					continue
				}
				dot := 0.0
				for d := h * dim; d < (h+1)*dim; d++ {
					dot += in[0][i*width+d] * in[1][(s*n+j)*width+d]
				}
				weights[j] = math.Exp(scale * dot)
				sum += weights[j]
			}
			for j, w := range weights {
				if w == 0 {
					continue
				}
				for d := h * dim; d < (h+1)*dim; d++ {
					out[i*width+d] += w / sum * in[2][(s*n+j)*width+d]
				}
			}
		}
	}
	return out
}

func TestAttention(t *testing.T) {
	for _, s := range [][5]int{{1, 1, 1, 1, 1}, {3, 5, 5, 4, 2}, {samplesPerTile + 1, 1, 2, 2, 2}, {2, 1, 17, 34, 2}, {2, 17, 16, 16, 1}} {
		batch, m, n, width, heads := s[0], s[1], s[2], s[3], s[4]
		opCase{
			name:   fmt.Sprint(s),
			shapes: []tensor.Shape{{batch, m * width}, {batch, n * width}, {batch, n * width}},
			build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
				return Attention(in[0], in[1], in[2], nil, width, heads, 0.7)
			},
			formula: func(in [][]float64) []float64 { return attend(in, batch, m, n, width, heads, 0.7) },
		}.run(t)
	}
}

// The first sample has no key, the second one, the third all.
func TestAttentionWithAbsentKeys(t *testing.T) {
	const batch, m, n, width, heads = 4, 2, 3, 4, 2
	opCase{
		name:   "masked",
		shapes: []tensor.Shape{{batch, m * width}, {batch, n * width}, {batch, n * width}, {batch, n}},
		inputs: nil,
		fixed:  map[int]bool{3: true},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			copy(in[3].Value().Data().([]float32), []float32{0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1})
			return Attention(in[0], in[1], in[2], in[3], width, heads, 1)
		},
		formula: func(in [][]float64) []float64 {
			copy(in[3], []float64{0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1})
			return attend(in, batch, m, n, width, heads, 1)
		},
	}.run(t)
}

func TestMapVectors(t *testing.T) {
	opCase{
		name:    "3 samples of 5 vectors",
		shapes:  []tensor.Shape{{3, 5 * 4}, {4, 17}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return MapVectors(in[0], in[1], nil) },
		formula: func(in [][]float64) []float64 { return multiply(in[0], in[1], 15, 4, 17) },
	}.run(t)
	opCase{
		name:   "with a bias",
		shapes: []tensor.Shape{{2, 3 * 4}, {4, 5}, {1, 5}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return MapVectors(in[0], in[1], in[2]) },
		formula: func(in [][]float64) []float64 {
			out := multiply(in[0], in[1], 6, 4, 5)
			for i := range out {
				out[i] += in[2][i%5]
			}
			return out
		},
	}.run(t)
}

func TestBadAttention(t *testing.T) {
	g := gorgonia.NewGraph()
	matrix := func(rows, columns int) *gorgonia.Node {
		return gorgonia.NewMatrix(g, tensor.Float32, gorgonia.WithShape(rows, columns), gorgonia.WithName(fmt.Sprint(rows, "x", columns)))
	}
	x := matrix(2, 12)
	for want, f := range map[string]func() (*gorgonia.Node, error){
		"do not divide into 4 heads": func() (*gorgonia.Node, error) { return Attention(x, x, x, nil, 6, 4, 1) },
		"are not vectors":            func() (*gorgonia.Node, error) { return Attention(x, matrix(2, 18), x, nil, 6, 2, 1) },
		"but present is":             func() (*gorgonia.Node, error) { return Attention(x, x, x, matrix(2, 3), 6, 2, 1) },
		"for the weight":             func() (*gorgonia.Node, error) { return MapVectors(x, matrix(5, 2), nil) },
		"do not fit":                 func() (*gorgonia.Node, error) { return PReLU(x, matrix(1, 2)) },
		"differ":                     func() (*gorgonia.Node, error) { return Product(x, matrix(2, 3)) },
		"no two halves":              func() (*gorgonia.Node, error) { return HalfProducts(matrix(2, 3)) },
	} {
		_, err := f()
		require.ErrorContains(t, err, want)
	}
}

// The scores of the second row are all absent.
func TestSoftmax(t *testing.T) {
	is := []float64{1, 0, 1, 0, 0, 0, 1, 1, 1}
	opCase{
		name:   "three rows",
		shapes: []tensor.Shape{{9, 1}, {3, 3}},
		fixed:  map[int]bool{1: true},
		build: func(in gorgonia.Nodes) (*gorgonia.Node, error) {
			for i, v := range is {
				in[1].Value().Data().([]float32)[i] = float32(v)
			}
			return Softmax(in[0], in[1])
		},
		formula: func(in [][]float64) []float64 {
			out := make([]float64, 9)
			for i := range out {
				sum := 0.0
				for j := i / 3 * 3; j < i/3*3+3; j++ {
					sum += is[j] * math.Exp(in[0][j])
				}
				if is[i] != 0 {
					out[i] = math.Exp(in[0][i]) / sum
				}
			}
			return out
		},
	}.run(t)
}

func TestVectorsArePositionsTurnedBack(t *testing.T) {
	opCase{
		name:   "there and back",
		shapes: []tensor.Shape{{3 * 4, 5}},
		build:  func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Vectors(in[0], 4) },
		formula: func(in [][]float64) []float64 {
			out := make([]float64, 60)
			for i, v := range in[0] {
				s, d, f := i/20, i/5%4, i%5
				out[s*20+f*4+d] = v
			}
			return out
		},
	}.run(t)
	opCase{
		name:    "half",
		shapes:  []tensor.Shape{{3, 4}},
		build:   func(in gorgonia.Nodes) (*gorgonia.Node, error) { return Scaled(in[0], 0.5) },
		formula: each(func(v ...float64) float64 { return v[0] / 2 }),
	}.run(t)
}
