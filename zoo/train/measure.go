package train

import (
	"context"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// measure fills in what is known only after an epoch. It also serves an interrupted epoch: the end of the run's context
// does not stop it.
func (t *Trainer) measure(e *metrics.Epoch) error {
	t.weights.SettleAll()
	var err error
	if e.EmbeddingNorm, err = t.embeddingNorm(); err != nil {
		return err
	}
	if t.run.Diagnose {
		e.Diagnostics = t.diagnose()
	}
	if e.Valid, err = t.evaluatePart(t.run.Valid); err != nil || t.run.TestOnce {
		return err
	}
	e.Test, err = t.evaluatePart(t.run.Test)
	return err
}

// evaluatePart measures the model over a part of the data; nil if the run has none.
func (t *Trainer) evaluatePart(source datasets.Source) (*metrics.Figures, error) {
	if source == nil {
		return nil, nil
	}
	f, err := t.evaluate(source)
	return &f, err
}

// embeddingNorm returns the Euclidean norm of all tables together.
func (t *Trainer) embeddingNorm() (float64, error) {
	var sum float64
	for weight := range t.weights.All() {
		if weight.Table != nil {
			sum += squaresOf(weight)
		}
	}
	if !t.spread() {
		return math.Sqrt(sum), nil
	}
	parts, err := t.team.GatherNumbers([]float64{sum})
	sum = 0
	for _, part := range parts {
		sum += part
	}
	return math.Sqrt(sum), err
}

// evaluate measures the model over a source. Each rank evaluates a run of its batches; joined in the order of the ranks
// they are those of one process.
func (t *Trainer) evaluate(source datasets.Source) (metrics.Figures, error) {
	ctx := context.Background()
	if !t.team.parallel() {
		return t.evaluator.Evaluate(ctx, source)
	}
	share, err := datasets.Divide(source, t.team.Rank(), t.team.Size())
	var own metrics.Predictions
	if err == nil {
		own, err = t.evaluator.Predict(share.Whole(ctx, t.run.BatchSize))
	}
	if err != nil && t.spread() {
		return metrics.Figures{}, err // the others wait for rows
	}
	if err := t.team.Agree(err); err != nil {
		return metrics.Figures{}, err
	}
	all, err := t.team.joinPredictions(own)
	if err != nil {
		return metrics.Figures{}, err
	}
	return t.evaluator.Measure(all), nil
}
