package graph

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
)

// CIN returns a compressed interaction network over the embeddings e (batch, fields*dim): layers of units
// maps, each of which is summed over its dim positions; one number is the weighted sum of all these sums:
// (batch, 1). With splitHalf the first half of a layer's maps feeds the next layer only, and the second
// half the output only; the last layer's maps all feed the output. Otherwise all maps do both.
//
// Weights: name/0/weight (fields*fields, units), ..., name/out/weight (maps in the output, 1).
//
// Reference: Lian et al., xDeepFM, KDD 2018, section 3: identity activation, no bias.
func (b *Builder) CIN(name string, e *gorgonia.Node, units []int, splitHalf bool) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	if len(units) == 0 {
		b.fail(name, errors.New("cin_units: at least one layer is needed"))
		return nil
	}
	dim := e.Shape()[1] / b.Fields()
	x0 := b.keep(name)(Positions(e, dim))
	xk := x0
	var pooled []*gorgonia.Node
	for i, n := range units {
		last := i == len(units)-1
		if n < 1 || splitHalf && !last && n%2 != 0 {
			b.fail(name, fmt.Errorf("cin_units: layer %d: must be at least 1, and even to be split in halves, got %d", i, n))
			return nil
		}
		layer := fmt.Sprintf("%s/%d", name, i)
		if last {
			pooled = append(pooled, b.cinLayer(layer, xk, x0, n, func(xk, x0, weight *gorgonia.Node) (*gorgonia.Node, error) {
				return PooledCINLayer(xk, x0, weight, dim)
			}))
			break
		}
		xk = b.cinLayer(layer, xk, x0, n, CINLayer)
		output := xk
		if splitHalf {
			xk, output = b.Columns(name, xk, 0, n/2), b.Columns(name, xk, n/2, n/2)
		}
		if b.err != nil {
			return nil
		}
		pooled = append(pooled, b.keep(name)(SumPositions(output, dim)))
	}
	return b.Project(name+"/out", b.Concat(pooled...), 1)
}

func (b *Builder) cinLayer(name string, xk, x0 *gorgonia.Node, units int, layer func(xk, x0, weight *gorgonia.Node) (*gorgonia.Node, error)) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	in := xk.Shape()[1] * x0.Shape()[1]
	weight := b.weight(name+"/weight", in, units, fanIn(in), mark{role: RoleInteraction, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(layer(xk, x0, weight))
}

// Project returns x times the weight name/weight (in, units), without bias.
func (b *Builder) Project(name string, x *gorgonia.Node, units int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	in := x.Shape()[1]
	weight := b.weight(name+"/weight", in, units, fanIn(in), mark{role: RoleInteraction, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(MatMul(x, weight))
}

// Columns returns columns [from, from+n) of x.
func (b *Builder) Columns(name string, x *gorgonia.Node, from, n int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Columns(x, from, n))
}

// LayerNorm returns x with every run of n values in its rows normalised, with weights name/gain and
// name/bias (1, n).
func (b *Builder) LayerNorm(name string, x *gorgonia.Node, n int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	gain := b.weight(name+"/gain", 1, n, Constant(1), mark{role: RoleGain, block: name})
	bias := b.weight(name+"/bias", 1, n, Zeros(), mark{role: RoleBias, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(LayerNorm(x, gain, bias))
}

// FMB returns a factorization machine block over x (batch, n*dim): units vectors (batch, units*dim)
//
//	MLP(LayerNorm(flatten(X (X^T Y)))),  X (n, dim),  Y (n, rank)
//
// whose MLP has hidden layers with ReLU and a linear output.
//
// Weights: name/projection/weight (n, rank), name/norm/gain and bias (1, n*rank), name/mlp/0/weight ...
// name/mlp/out/weight.
//
// Reference: Zhang et al., Wukong, ICML 2024, section 3.3 and its optimized form.
func (b *Builder) FMB(name string, x *gorgonia.Node, dim, rank, units int, hidden []int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	n := x.Shape()[1] / dim
	if rank < 1 || rank > n {
		b.fail(name, fmt.Errorf("rank must be in [1, %d], the number of embeddings, got %d", n, rank))
		return nil
	}
	projected := b.compress(name+"/projection", x, dim, rank)
	if b.err != nil {
		return nil
	}
	products := b.keep(name)(VectorProducts(x, projected, dim))
	h := b.LayerNorm(name+"/norm", products, n*rank)
	for i, size := range hidden {
		h = b.Linear(fmt.Sprintf("%s/mlp/%d", name, i), h, size, true)
	}
	return b.Linear(name+"/mlp/out", h, units*dim, false)
}

// LCB returns a linear compress block over x (batch, n*dim): units vectors, each of which is a weighted sum
// of the n; the weight is name/weight (n, units).
//
// Reference: Zhang et al., Wukong, ICML 2024, section 3.4.
func (b *Builder) LCB(name string, x *gorgonia.Node, dim, units int) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	if units < 1 {
		b.fail(name, fmt.Errorf("units must be at least 1, got %d", units))
		return nil
	}
	return b.compress(name, x, dim, units)
}

// compress makes units vectors of those of x by the weight name/weight (n, units).
func (b *Builder) compress(name string, x *gorgonia.Node, dim, units int) *gorgonia.Node {
	n := x.Shape()[1] / dim
	weight := b.weight(name+"/weight", n, units, fanIn(n), mark{role: RoleInteraction, block: name})
	if b.err != nil {
		return nil
	}
	return b.keep(name)(Compress(x, weight, dim))
}
