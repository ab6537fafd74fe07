package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// BilinearFusion makes one number of two vectors x and y, by linear terms and by products within heads:
//
//	w_x x + w_y y + b + sum over heads h of  x_h^T W_h y_h
//
// where x_h and y_h are the equal parts of x (batch, n) and y (batch, k): (batch, 1).
//
// Weights: name/x/weight (n, 1) and name/x/bias, name/y/weight (k, 1), name/weight (n, k/heads), one head after the other.
//
// Reference: Mao et al., FinalMLP, AAAI 2023, section 3.3.
func (b *Builder) BilinearFusion(name string, x, y *gorgonia.Node, heads int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	n, k := x.Shape()[1], y.Shape()[1]
	if heads < 1 || n%heads != 0 || k%heads != 0 {
		b.fail(name, fmt.Errorf("heads: must divide the last hidden units of both streams, %d and %d, got %d", n, k, heads))
		return nil
	}
	weight := b.weight(name+"/weight", n, k/heads, fanIn(n*k/heads), mark{role: RoleInteraction, block: name})
	if b.err != nil {
		return nil
	}
	products := b.keep(name)(GroupedLinear(x, weight, nil, heads))
	if b.err != nil {
		return nil
	}
	products = b.keep(name)(VectorProducts(products, y, k))
	return b.Sum(b.Linear(name+"/x", x, 1, false), b.Project(name+"/y", y, 1), products)
}
