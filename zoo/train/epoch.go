package train

import (
	"context"
	"errors"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// epoch trains one pass over the training part, or what is left of it, up to an early stop.
func (t *Trainer) epoch(ctx context.Context) (metrics.Epoch, error) {
	if s, ok := solvers.As[solvers.EpochStarter](t.solver); ok && t.at.Batches == 0 {
		s.StartEpoch(t.at.Epoch, t.weights)
	}
	done, start := t.at.Batches, time.Now()
	shuffle := t.run.stream(shuffleStream + uint64(t.at.Epoch))
	for batch, err := range t.share.Batches(t.team.reading(ctx), t.run.BatchSize, shuffle) {
		if err != nil && t.team.interrupted(ctx) != nil {
			break
		}
		if err == nil && done > 0 {
			done--
			continue
		}
		if err == nil {
			err = t.forward(batch)
		}
		if err = t.bringTogether(ctx, batch, err); err == nil {
			err = t.step()
		}
		if err == nil {
			err = t.advance()
		}
		if err != nil {
			return metrics.Epoch{}, err
		}
		t.at.Seconds += time.Since(start).Seconds()
		if err := t.evaluateIfDue(); err != nil {
			return metrics.Epoch{}, err
		}
		start = time.Now()
		if t.team.interrupted(ctx) != nil || t.StoppedEarly() {
			break
		}
		if err := t.saver.saveIfDue(); err != nil {
			return metrics.Epoch{}, err
		}
	}
	e := t.progress()
	e.Partial = t.team.interrupted(ctx) != nil
	return e, nil
}

// progress returns what is known of the epoch so far without measuring it.
func (t *Trainer) progress() metrics.Epoch {
	at := &t.at
	return metrics.Epoch{
		Epoch: at.Epoch, Steps: at.Steps, Samples: at.Samples, TrainLoss: at.Loss / at.Weight,
		LearnRate: t.rate.of(at.Steps - t.begun), Seconds: at.Seconds,
	}
}

// forward computes the loss of a batch and the gradients.
func (t *Trainer) forward(batch *datasets.Batch) error {
	if err := t.network.Load(batch); err != nil {
		return err
	}
	return t.pass()
}

// pass is one pass over the batch that is loaded.
func (t *Trainer) pass() error {
	if err := t.network.RunAll(); err != nil {
		return err
	}
	return t.network.CheckFinite()
}

// bringTogether brings the figures of a batch from all ranks together. err is that of this rank; the error of any rank is
// returned on all. A rank that failed while the others wait for what it has returns at once.
func (t *Trainer) bringTogether(ctx context.Context, batch *datasets.Batch, err error) error {
	if err != nil && t.exchanges() && !errors.Is(err, zoo.ErrNonFinite) {
		return err
	}
	own := outcome{stops: ctx.Err() != nil, saves: t.saver.timeIsUp()}
	if err == nil {
		own.samples, own.weight, own.loss = batch.Rows, batch.Weight(), t.network.Loss()
	}
	return t.team.bringTogether(own, err)
}

// step takes the step of the gradients of forward.
func (t *Trainer) step() error {
	if err := t.rate.begin(t.at.Steps - t.begun + 1); err != nil {
		return err
	}
	if s, ok := solvers.As[solvers.TwoPass](t.solver); ok {
		if err := t.secondPass(s); err != nil {
			s.Undo()
			return err
		}
	}
	return t.solver.Step(t.model)
}

func (t *Trainer) secondPass(s solvers.TwoPass) error {
	if err := s.Perturb(t.model); err != nil {
		return err
	}
	t.mode.KeepStatistics = true // those of the first pass, with the weights as they are
	defer func() { t.mode.KeepStatistics = false }()
	return t.team.allWell(t.pass())
}

// advance moves the position by the step that was taken.
func (t *Trainer) advance() error {
	all := &t.team.batch
	t.at.Steps++
	t.at.Batches++
	t.at.Samples += all.samples
	t.at.Weight += all.weight
	t.at.Loss += all.loss * all.weight
	if t.run.OnStep != nil {
		t.run.OnStep(Step{Epoch: t.at.Epoch, Step: t.at.Steps, Samples: t.at.Samples, Total: t.run.Train.Len(), Loss: all.loss})
	}
	return t.checkRanks()
}
