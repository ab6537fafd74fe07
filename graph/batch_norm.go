package graph

import (
	"errors"
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
)

// What BatchNorm adds to the variance, and the share of a batch in the running statistics, both as PyTorch has them by default.
const (
	batchNormEps      = 1e-5
	batchNormMomentum = 0.1
)

// Statistics are the running mean and variance of a BatchNorm, (1, n) each, which no solver changes.
type Statistics struct{ Mean, Variance *gorgonia.Node }

// BatchNorm normalises every column of x (rows, n), multiplies it by gain (1, n) and adds bias (1, n):
//
//	y = (x - mean) / sqrt(variance + 1e-5) * gain + bias
//
// While mode.Training is set, mean and variance are those of the rows whose weight, of weights with one for each row, is not 0,
// over all ranks of the job; and the running statistics move by a tenth towards them, the variance as one with n-1 in its
// denominator. Otherwise they are the running statistics. So they are for a batch with fewer than two such rows, which has no
// variance. weights may be nil: all rows count, or those of a packed x, which has no weights. gain and bias may both be nil.
//
// Reference: Ioffe and Szegedy, Batch Normalization, ICML 2015.
func BatchNorm(x, gain, bias, weights *gorgonia.Node, running Statistics, mode *Mode) (*gorgonia.Node, error) {
	inputs := gorgonia.Nodes{x, running.Mean, running.Variance}
	if gain != nil {
		inputs = append(inputs, gain, bias)
	}
	if err := checkColumns("batch norm", x, inputs[1:]...); err != nil {
		return nil, err
	}
	if weights != nil && (weights.Shape().TotalSize() != x.Shape()[0] || packingOf(x) != nil) {
		return nil, fmt.Errorf("graph: batch norm: x %v has no weights %v", x.Shape(), weights.Shape())
	}
	n := newBatchNorm(rowsOf(x), x.Shape()[1], gain != nil, mode)
	if weights != nil {
		inputs = append(inputs, weights)
	}
	o := n.fallible(newDenseOp("batch norm", x.Shape().Clone(), len(inputs), n.forward, n.diff)).over(n.rows)
	o.gradOf[1], o.gradOf[2] = false, false
	if weights != nil {
		o.gradOf[len(inputs)-1] = false
	}
	return o.as(n.form).apply(inputs...)
}

// BatchNorm returns x (batch, n) with every column normalised over the real samples, with weights name/gain and name/bias (1, n),
// and the running statistics name/mean and name/variance (1, n), which are saved with the weights. To train it takes a batch of
// at least 2 samples.
func (b *Builder) BatchNorm(name string, x *gorgonia.Node) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	n := x.Shape()[1]
	gain := b.weight(name+"/gain", 1, n, Constant(1), mark{role: RoleGain, block: name})
	bias := b.weight(name+"/bias", 1, n, Zeros(), mark{role: RoleBias, block: name})
	return b.normalized(name, x, gain, bias)
}

// normalized returns BatchNorm with running statistics of its own, over the real samples, or over the rows of a packed x.
func (b *Builder) normalized(name string, x, gain, bias *gorgonia.Node) *gorgonia.Node {
	if b.err == nil && b.Mode.Training && b.batch*max(1, b.Mode.Ranks) < 2 {
		b.fail(name, errors.New("batch_size: batch norm needs at least 2 samples to train, got 1: one sample has no variance"))
	}
	if b.err != nil {
		return nil
	}
	weights := b.sampleWeights
	if packingOf(x) != nil { // only places of real samples have ids
		weights = nil
	}
	n, of := x.Shape()[1], mark{role: RoleStatistic, block: name}
	running := Statistics{b.weight(name+"/mean", 1, n, Zeros(), of), b.weight(name+"/variance", 1, n, Constant(1), of)}
	if b.err != nil {
		return nil
	}
	return b.keep(name)(BatchNorm(x, gain, bias, weights, running, b.Mode))
}

// form is the operator of ONNX, which has the running statistics.
func (n *batchNorm) form(f Form, in []string) string {
	inputs := []string{in[0], f.Floats(n.gain...), f.Floats(n.bias...), reshaped(f, in[1], n.n), reshaped(f, in[2], n.n)}
	if n.gained {
		inputs[1], inputs[2] = reshaped(f, in[3], n.n), reshaped(f, in[4], n.n)
	}
	return f.Node("BatchNormalization", inputs, FormAttribute{"epsilon", float32(batchNormEps)})
}

// batchNorm is the state of one operation.
type batchNorm struct {
	rows   *packing
	n      int  // columns
	gained bool // there are gain and bias
	mode   *Mode
	err    error // of the exchange with other ranks

	out, x, weights, gain, bias, grad []float32 // of this run

	moments                   *moments
	ofBatch                   bool // the statistics are those of the batch
	mean, scale, factor       []float32
	sums, products            *columnTotals
	dgain, dbias, meanOf, dot []float32 // gradients of gain and bias; what the means take from the gradient of x

	normalize, sum, gradient func(from, to int)
}

func newBatchNorm(rows *packing, n int, gained bool, mode *Mode) *batchNorm {
	b := &batchNorm{rows: rows, n: n, gained: gained, mode: mode, moments: newMoments(rows, n)}
	b.gain, b.bias = make([]float32, n), make([]float32, n)
	fill(b.gain, 1)
	b.mean, b.scale, b.factor = make([]float32, n), make([]float32, n), make([]float32, n)
	b.normalize, b.sum, b.gradient = b.normalizeRows, b.sumRows, b.gradientRows
	return b
}

// fallible lets an operation return the error of an exchange.
func (n *batchNorm) fallible(o *op) *op {
	do := o.do
	o.do = func(in []gorgonia.Value) (gorgonia.Value, error) {
		n.err = nil
		v, err := do(in)
		if err == nil {
			err = n.err
		}
		return v, err
	}
	return o
}

func (n *batchNorm) forward(out []float32, in [][]float32) {
	n.out, n.x, n.weights = out, in[0], nil
	mean, variance, rest := in[1], in[2], in[3:]
	if n.gained {
		n.gain, n.bias, rest = rest[0], rest[1], rest[2:]
	}
	if len(rest) > 0 {
		n.weights = rest[0]
	}
	n.ofBatch = false
	if n.mode.Training {
		if n.err = n.moments.measure(n.x, n.weights, n.mode); n.err != nil {
			return
		}
		n.ofBatch = n.moments.count >= 2
	}
	if n.ofBatch {
		n.moments.scaleTo(n.mean, n.scale)
		if !n.mode.KeepStatistics {
			n.moments.move(mean, variance)
		}
	} else {
		copy(n.mean, mean)
		for i, v := range variance[:n.n] {
			n.scale[i] = float32(1 / math.Sqrt(float64(v)+batchNormEps))
		}
	}
	kernel.Mul(n.factor, n.scale, n.gain)
	kernel.Parallel(n.rows.n, rowsPerTile, n.normalize)
}

func (n *batchNorm) normalizeRows(from, to int) {
	for r := from; r < to; r++ {
		kernel.ColumnNormalize(n.out[r*n.n:(r+1)*n.n], n.x[r*n.n:], n.mean, n.factor, n.bias)
	}
}

func (n *batchNorm) diff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	n.sums, n.products = newColumnTotals(n.rows.all(), n.n), newColumnTotals(n.rows.all(), n.n)
	n.dgain, n.dbias = make([]float32, n.n), make([]float32, n.n)
	n.meanOf, n.dot = make([]float32, n.n), make([]float32, n.n)
	// out is an input, so that the forward pass has computed the statistics.
	o := n.fallible(newDenseOp("batch norm gradient", in[0].Shape().Clone(), 3, n.backward, nil)).over(n.rows)
	main, err := o.apply(in[0], grad, out)
	if err != nil {
		return nil, err
	}
	var ns nodes
	ns.list = gorgonia.Nodes{main, nil, nil}
	if n.gained {
		ns.add(sideResult("batch norm gain gradient", main, n.dgain, in[3].Shape()))
		ns.add(sideResult("batch norm bias gradient", main, n.dbias, in[4].Shape()))
	}
	for len(ns.list) < len(in) {
		ns.add(nil, nil) // the weights
	}
	return ns.done()
}

// backward computes, with h = grad*gain and means over all rows of all ranks,
//
//	dx = scale * (h - mean(h) - xhat * mean(h*xhat))
//
// where the means count the rows with a weight; a row without one has no part in the statistics, and so dx = scale*h.
func (n *batchNorm) backward(dx []float32, in [][]float32) {
	n.out, n.x, n.grad = dx, in[0], in[1]
	kernel.Parallel(n.rows.n, rowsPerTile, n.sum)
	n.sums.total(n.dbias, n.rows.n)
	n.products.total(n.dgain, n.rows.n)
	kernel.Mul(n.dgain, n.dgain, n.scale)
	clear(n.meanOf)
	clear(n.dot)
	if n.ofBatch {
		if n.err = n.moments.shareGradient(n.meanOf, n.dot, n.dbias, n.dgain, n.mode); n.err != nil {
			return
		}
		kernel.Mul(n.dot, n.dot, n.scale)
	}
	kernel.Parallel(n.rows.n, rowsPerTile, n.gradient)
}

func (n *batchNorm) sumRows(from, to int) {
	sums, products := n.sums.begin(from), n.products.begin(from)
	for r := from; r < to; r++ {
		kernel.ColumnGradSums(sums, products, n.x[r*n.n:], n.grad[r*n.n:], n.mean)
	}
}

func (n *batchNorm) gradientRows(from, to int) {
	for r := from; r < to; r++ {
		dx, grad := n.out[r*n.n:(r+1)*n.n], n.grad[r*n.n:]
		if n.weights != nil && n.weights[r] == 0 {
			kernel.Mul(dx, grad, n.factor)
			continue
		}
		kernel.ColumnGrad(dx, n.x[r*n.n:], grad, n.mean, n.meanOf, n.dot, n.factor)
	}
}
