package train

import (
	"context"

	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Result is what a run leaves: the model with its weights after the last epoch, and its history. It predicts and saves as
// any predict.Trained does.
type Result struct {
	*predict.Trained
	StoppedEarly bool // more epochs than the patience of the run were no better than the best one

	trainer *Trainer
}

// Free gives the memory of weights and solver back, which the garbage collector does not. No Predictor of the model may be
// used afterwards.
func (r *Result) Free() { r.trainer.Free() }

// Train runs the epochs and returns what they leave. When ctx ends it stops after the step at hand: the last epoch of the
// history is then partial, and it returns the result so far beside the error of ctx. After any other error there is no
// result.
func Train(ctx context.Context, run Run) (*Result, error) {
	t, err := NewTrainer(run)
	if err != nil {
		return nil, err
	}
	if _, err = t.Train(ctx); err != nil && (ctx == nil || ctx.Err() == nil) {
		t.Free()
		return nil, err
	}
	return t.Result(), err
}

// Result returns what the run leaves so far. It shares the weights of the trainer.
func (t *Trainer) Result() *Result {
	return &Result{
		Trained: &predict.Trained{
			Model: t.run.Model, Fields: t.run.Train.Fields(), Weights: t.weights,
			Encoding: t.run.Encoding, History: t.history, Solver: solverName(t.run.Solver), Precision: t.run.Precision,
		},
		StoppedEarly: t.StoppedEarly(),
		trainer:      t,
	}
}
