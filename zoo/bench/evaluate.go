package bench

import (
	"context"
	"math"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// EvaluateFigures is what PredictBenchmark.Evaluate measures.
type EvaluateFigures struct {
	Samples              int     `json:"samples"`                // of the part
	Pass                 float64 `json:"wall_min_ms"`            // over all samples
	PredictionsPerSecond float64 `json:"predictions_per_second"` // by the fastest pass
}

// Evaluate measures passes of a predict.Evaluator over a part that consists of the batches of b. It stops early with the error of
// ctx when ctx ends.
func (b PredictBenchmark) Evaluate(ctx context.Context) (*EvaluateFigures, error) {
	b = b.withDefaults()
	t, err := b.Trained()
	if err != nil {
		return nil, err
	}
	defer t.Weights.Free()
	e, err := predict.NewEvaluator(b.Model, zoo.GraphFields(t.Fields), t.Weights, b.BatchSize)
	if err != nil {
		return nil, err
	}
	e.SetPrecision(b.Precision)
	batches := b.Batches()
	part := func(yield func(*datasets.Batch, error) bool) {
		for _, batch := range batches {
			if !yield(batch, ctx.Err()) {
				return
			}
		}
	}
	f := &EvaluateFigures{Samples: len(batches) * b.BatchSize, Pass: math.Inf(1)}
	for begin, passes := time.Now(), 0; passes < 2 || time.Since(begin).Seconds() < b.Seconds; passes++ { // the first warms up
		start := time.Now()
		if _, err := e.Predict(part); err != nil {
			return nil, err
		}
		f.Pass = min(f.Pass, milliseconds(time.Since(start)))
	}
	f.PredictionsPerSecond = float64(f.Samples) / f.Pass * 1e3
	return f, nil
}
