package predict

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// Evaluator measures a model that is being trained. It settles the tables first, so that every row is at the latest step,
// and runs a network without loss, gradient or dropout.
type Evaluator struct {
	weights        *graph.Weights
	network        *zoo.Network
	metrics        []metrics.Metric
	logits, labels []float32
}

// NewEvaluator compiles a network of batchSize samples over the weights of a model. It will measure each of the metrics,
// of which none means metrics.All.
func NewEvaluator(m zoo.Model, fields []graph.Field, w *graph.Weights, batchSize int, list ...metrics.Metric) (*Evaluator, error) {
	b := graph.NewBuilder(batchSize, fields, w)
	b.Dropouts = rand.New(rand.NewPCG(0, 0)) // never drawn from: the mode is not training
	network, err := zoo.NewInferenceNetwork(m, b)
	if err != nil {
		return nil, err
	}
	return &Evaluator{weights: w, network: network, metrics: list}, nil
}

// Evaluate measures the model over the whole source.
func (e *Evaluator) Evaluate(ctx context.Context, source datasets.Source) (metrics.Figures, error) {
	if ctx == nil || zoo.IsNil(source) {
		return metrics.Figures{}, errors.New("zoo: evaluation: no context, or nothing to evaluate")
	}
	logits, labels, err := e.Logits(ctx, source)
	if err != nil {
		return metrics.Figures{}, err
	}
	return e.Measure(logits, labels), nil
}

// Measure returns the figures of predictions that were made elsewhere.
func (e *Evaluator) Measure(logits, labels []float32) metrics.Figures {
	return metrics.Measure(metrics.Predictions{Logits: logits, Labels: labels}, e.metrics...)
}

// Logits returns the logits of all samples of a source, in its order, and their labels. Both are valid until the next
// call.
func (e *Evaluator) Logits(ctx context.Context, source datasets.Source) (logits, labels []float32, err error) {
	return e.LogitsOf(source.Batches(ctx, e.network.Size(), nil))
}

// LogitsOf is Logits for batches, none of which may be larger than the network.
func (e *Evaluator) LogitsOf(batches iter.Seq2[*datasets.Batch, error]) (logits, labels []float32, err error) {
	if e.weights.Freed() {
		return nil, nil, ErrFreed
	}
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
