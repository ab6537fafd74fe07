package zoo_test

import (
	"testing"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/graphtest"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// pairProducts is an operation of one's own: for each sample of e (batch, fields*dim) the sum of the inner products of all
// pairs of fields, (batch, 1), at the cost of one pass:
//
//	y = 1/2 * (||sum_i e_i||^2 - sum_i ||e_i||^2),  dy/de_i = sum_j e_j - e_i
func pairProducts(e *gorgonia.Node, dim int) (*gorgonia.Node, error) {
	batch, width := e.Shape()[0], e.Shape()[1]
	forward := func(out []float32, in [][]float32) {
		for b := range out {
			out[b] = 0
			row := in[0][b*width : (b+1)*width]
			sum := sumOfFields(row, dim)
			for i, x := range row {
				out[b] += x * (sum[i%dim] - x) / 2
			}
		}
	}
	backward := func(out []float32, in [][]float32) {
		for b, grad := range in[1] {
			row := in[0][b*width : (b+1)*width]
			sum := sumOfFields(row, dim)
			for i, x := range row {
				out[b*width+i] = grad * (sum[i%dim] - x)
			}
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		de, err := graph.Apply("pair products gradient", e.Shape().Clone(), backward, nil, in[0], grad)
		return gorgonia.Nodes{de}, err
	}
	return graph.Apply("pair products", tensor.Shape{batch, 1}, forward, diff, e)
}

// sumOfFields adds the embeddings of a sample.
func sumOfFields(row []float32, dim int) []float32 {
	sum := make([]float32, dim)
	for i, x := range row {
		sum[i%dim] += x
	}
	return sum
}

func TestThePairsHaveTheRightGradient(t *testing.T) {
	const fields, dim = 3, 4
	build := func(in gorgonia.Nodes) (*gorgonia.Node, error) { return pairProducts(in[0], dim) }
	graphtest.Gradients(t, build, tensor.Shape{2, fields * dim})
}
