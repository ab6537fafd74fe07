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
	weights *graph.Weights
	network *zoo.Network
	samples *collector
}

// NewEvaluator compiles a network of batchSize samples over the weights of a model. It will measure each of the metrics,
// of which none means metrics.Default. The error of one that groups by what is no categorical field wraps
// metrics.ErrMetric.
func NewEvaluator(m zoo.Model, fields []graph.Field, w *graph.Weights, batchSize int, list ...metrics.Metric) (*Evaluator, error) {
	b := graph.NewBuilder(batchSize, fields, w)
	b.Dropouts = rand.New(rand.NewPCG(0, 0)) // never drawn from: the mode is not training
	network, err := zoo.NewInferenceNetwork(m, b)
	if err != nil {
		return nil, err
	}
	samples, err := newCollector(fields, list)
	if err != nil {
		return nil, err
	}
	return &Evaluator{weights: w, network: network, samples: samples}, nil
}

// SetPrecision sets the precision of matrix products; see graph.Machine.SetPrecision. Default: graph.Float32.
func (e *Evaluator) SetPrecision(p graph.Precision) { e.network.SetPrecision(p) }

// Evaluate measures the model over the whole source.
func (e *Evaluator) Evaluate(ctx context.Context, source datasets.Source) (metrics.Figures, error) {
	if ctx == nil || zoo.IsNil(source) {
		return metrics.Figures{}, errors.New("zoo: evaluation: no context, or nothing to evaluate")
	}
	p, err := e.Predict(source.Batches(ctx, e.network.Size(), nil))
	if err != nil {
		return metrics.Figures{}, err
	}
	return e.Measure(p), nil
}

// Measure returns the figures of predictions.
func (e *Evaluator) Measure(p metrics.Predictions) metrics.Figures {
	return metrics.Measure(p, e.samples.metrics...)
}

// Logits returns the logits of all samples of a source, in its order, and their labels. Both are valid until the next
// call.
func (e *Evaluator) Logits(ctx context.Context, source datasets.Source) (logits, labels []float32, err error) {
	p, err := e.Predict(source.Batches(ctx, e.network.Size(), nil))
	return p.Logits, p.Labels, err
}

// Predict returns the predictions of batches, none of which may be larger than the network. They are valid until the next
// call.
func (e *Evaluator) Predict(batches iter.Seq2[*datasets.Batch, error]) (metrics.Predictions, error) {
	if e.weights.Freed() {
		return metrics.Predictions{}, ErrFreed
	}
	e.weights.SettleAll()
	e.samples.clear()
	for batch, err := range batches {
		if err != nil {
			return metrics.Predictions{}, fmt.Errorf("zoo: evaluation: %w", err)
		}
		if err := e.network.Load(batch); err != nil {
			return metrics.Predictions{}, err
		}
		if err := e.network.RunAll(); err != nil {
			return metrics.Predictions{}, fmt.Errorf("zoo: evaluation: %w", err)
		}
		e.samples.Logits = append(e.samples.Logits, e.network.Logits()...)
		e.samples.add(batch)
	}
	return e.samples.Predictions, nil
}
