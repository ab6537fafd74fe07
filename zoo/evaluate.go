package zoo

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
)

// Evaluator judges a model on data sets. It settles the tables first, so that every row stands at
// the latest step, and runs a network without loss, gradient or dropout.
type Evaluator struct {
	weights        *graph.Weights
	network        *Network
	logits, labels []float32
}

// NewEvaluator compiles a network of batchSize samples over the weights of a model.
func NewEvaluator(m Model, fields []graph.Field, w *graph.Weights, batchSize int) (*Evaluator, error) {
	b := graph.NewBuilder(batchSize, fields, w)
	b.Dropouts = rand.New(rand.NewPCG(0, 0)) // never drawn from: the mode is not training
	network, err := NewInferenceNetwork(m, b)
	if err != nil {
		return nil, err
	}
	return &Evaluator{weights: w, network: network}, nil
}

// Evaluate measures the model over the whole source.
func (e *Evaluator) Evaluate(ctx context.Context, source datasets.Source) (Metrics, error) {
	logits, labels, err := e.Logits(ctx, source)
	if err != nil {
		return Metrics{}, err
	}
	return Measure(logits, labels), nil
}

// Logits are those of all samples of a source, in its order, and their labels. Both are valid until
// the next call.
func (e *Evaluator) Logits(ctx context.Context, source datasets.Source) (logits, labels []float32, err error) {
	return e.logitsOf(source.Batches(ctx, e.network.Size(), nil))
}

func (e *Evaluator) logitsOf(batches iter.Seq2[*datasets.Batch, error]) (logits, labels []float32, err error) {
	e.weights.SettleAll()
	e.logits, e.labels = e.logits[:0], e.labels[:0]
	for batch, err := range batches {
		if err != nil {
			return nil, nil, fmt.Errorf("zoo: evaluation: %w", err)
		}
		if err := e.network.Load(batch); err != nil {
			return nil, nil, err
		}
		if err := e.network.RunAll(); err != nil {
			return nil, nil, fmt.Errorf("zoo: evaluation: %w", err)
		}
		e.logits = append(e.logits, e.network.Logits()...)
		e.labels = append(e.labels, batch.Labels[:batch.Rows]...)
	}
	return e.logits, e.labels, nil
}
