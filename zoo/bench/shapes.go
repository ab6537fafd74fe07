package bench

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Shape is that of a matrix product: (M, K) times (K, N), of which either may be in memory as its transpose.
type Shape struct {
	M      int  `json:"m"`
	N      int  `json:"n"`
	K      int  `json:"k"`
	TransA bool `json:"trans_a"`
	TransB bool `json:"trans_b"`
}

// ShapeFigures are of all products of a step that have one shape.
type ShapeFigures struct {
	Shape
	Count  int     `json:"count"`
	Mflop  float64 `json:"mflop"`  // of all of them
	Gflops float64 `json:"gflops"` // of such a product alone, over and over
}

// shapeOf returns the shape of a node's product of two matrices, its first inputs. The products of other operations, such as
// many small ones or those whose factor is never in memory, have none.
func shapeOf(n *gorgonia.Node) (s Shape, found bool) {
	in := graph.InputsOf(n)
	if graph.FlopsOf(n.Op()) == 0 || n.Dims() != 2 || len(in) < 2 || in[0].Dims() != 2 || in[1].Dims() != 2 {
		return s, false
	}
	s.M, s.N = n.Shape()[0], n.Shape()[1]
	s.K = graph.FlopsOf(n.Op()) / (2 * s.M * s.N)
	a, b := in[0].Shape(), in[1].Shape()
	s.TransA, s.TransB = !a.Eq(tensor.Shape{s.M, s.K}), !b.Eq(tensor.Shape{s.K, s.N})
	fits := (!s.TransA || a.Eq(tensor.Shape{s.K, s.M})) && (!s.TransB || b.Eq(tensor.Shape{s.N, s.K}))
	return s, fits
}

// addShape counts a product.
func addShape(list []ShapeFigures, s Shape) []ShapeFigures {
	at := slices.IndexFunc(list, func(f ShapeFigures) bool { return f.Shape == s })
	if at < 0 {
		at, list = len(list), append(list, ShapeFigures{Shape: s})
	}
	list[at].Count++
	list[at].Mflop += 2 * float64(s.M) * float64(s.N) * float64(s.K) / 1e6
	return list
}

// measure multiplies matrices of the shape for a tenth of a second, and keeps the best speed.
func (f *ShapeFigures) measure(p kernel.Precision) {
	a, b, c := make([]float32, f.M*f.K), make([]float32, f.K*f.N), make([]float32, f.M*f.N)
	lda, ldb := f.K, f.N
	if f.TransA {
		lda = f.M
	}
	if f.TransB {
		ldb = f.K
	}
	seconds := fastest(0.1, func() { p.Gemm(f.TransA, f.TransB, f.M, f.N, f.K, a, lda, b, ldb, c, f.N, false) })
	f.Gflops = max(f.Gflops, 2*float64(f.M)*float64(f.N)*float64(f.K)/seconds/1e9)
}
