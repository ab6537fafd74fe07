package graph

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// LogLoss returns the mean log loss of logits (batch, 1) against labels (batch, 1) in [0, 1], weighted
// by sample weights (batch, 1): weight 1 for a real sample, 0 for one that only pads the batch.
//
//	loss = sum_b weight_b (max(x_b,0) - x_b y_b + log(1+exp(-|x_b|))) / sum_b weight_b
//
// It computes in float64, is stable for logits of any size, and has a gradient with respect to the logits
// only. A batch without weight has loss 0 and gradient 0.
func LogLoss(logits, labels, weights *gorgonia.Node) (*gorgonia.Node, error) {
	batch := logits.Shape().TotalSize()
	for _, n := range []*gorgonia.Node{labels, weights} {
		if n.Shape().TotalSize() != batch {
			return nil, fmt.Errorf("graph: log loss: %s has shape %v, the logits have %v", n.Name(), n.Shape(), logits.Shape())
		}
	}
	diff := func(in gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
		dx, err := newDenseOp("log loss gradient", logits.Shape().Clone(), 4, logLossGrad, nil).apply(in[0], in[1], in[2], grad)
		return gorgonia.Nodes{dx, nil, nil}, err
	}
	o := newScalarOp("log loss", 3, logLoss, diff)
	o.gradOf = []bool{true, false, false}
	o.output = typeOf(0, tensor.Float32)
	return o.apply(logits, labels, weights)
}

func logLoss(in [][]float32) float32 {
	var sum, weights float64
	for i, logit := range in[0] {
		x, y, w := float64(logit), float64(in[1][i]), float64(in[2][i])
		if w == 0 {
			continue
		}
		sum += w * (max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x))))
		weights += w
	}
	if weights == 0 {
		return 0
	}
	return float32(sum / weights)
}

func logLossGrad(out []float32, in [][]float32) {
	var weights float64
	for _, w := range in[2] {
		weights += float64(w)
	}
	clear(out)
	if weights == 0 {
		return
	}
	scale := float64(in[3][0]) / weights
	for i, logit := range in[0] {
		if w := in[2][i]; w != 0 {
			out[i] = float32(scale * float64(w) * (Sigmoid(float64(logit)) - float64(in[1][i])))
		}
	}
}

// Sigmoid returns 1/(1+exp(-x)), without overflow.
func Sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}
