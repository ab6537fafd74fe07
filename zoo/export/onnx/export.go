package onnx

import (
	"fmt"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// The outputs of every model, (N, 1) each.
const (
	logitName       = "logit"
	probabilityName = "probability"
)

// Export makes the ONNX model of a trained one. The weights of t must stay as they are until it is written.
func Export(t *predict.Trained, kind InputKind) (*Model, error) {
	m, err := export(t, kind)
	if err != nil {
		return nil, fmt.Errorf("onnx: %w", err)
	}
	return m, nil
}

func export(t *predict.Trained, kind InputKind) (*Model, error) {
	if _, err := t.Predictor(); err != nil { // the weights are those of the model, and whole
		return nil, err
	}
	inputs, err := InputsOf(t, kind)
	if err != nil {
		return nil, err
	}
	weights, err := t.Weights.Frozen()
	if err != nil {
		return nil, err
	}
	b := graph.NewBuilder(probeBatch, zoo.GraphFields(t.Fields), weights)
	b.Dropouts = rand.New(rand.NewPCG(0, 0)) // never drawn from: the mode is not training
	logit := zoo.Build(t.Model, b)
	if err := b.Err(); err != nil {
		return nil, err
	}
	m := &Model{}
	w := newWalker(m, weights)
	if err := w.inputs(b, t, inputs); err != nil {
		return nil, err
	}
	w.outputs(w.value(logit))
	if w.err != nil {
		return nil, fmt.Errorf("the model %T: %w", t.Model, w.err)
	}
	return m, m.describe(t, inputs)
}

// outputs adds the outputs of the model.
func (w *walker) outputs(logit string) {
	column := w.Ints(-1, 1)
	w.node("", "Reshape", []string{logit, column}, []string{logitName}, nil)
	w.node("", "Sigmoid", []string{logitName}, []string{probabilityName}, nil)
	w.model.outputs = []message{valueInfo(logitName, float32Type, -1, 1), valueInfo(probabilityName, float32Type, -1, 1)}
}
