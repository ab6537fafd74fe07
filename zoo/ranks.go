package zoo

import (
	"context"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers"
)

// orAlone makes a run of one process a job of one rank.
func orAlone(c solvers.Comm) solvers.Comm {
	if c == nil {
		return solvers.LocalComms(1)[0]
	}
	return c
}

// parallel says whether there are other ranks.
func (t *Trainer) parallel() bool { return t.ranks.Size() > 1 }

// leads says whether this rank is the one that saves.
func (t *Trainer) leads() bool { return t.ranks.Rank() == 0 }

// divide finds the rank's share of the training part, and wraps the solver.
func (t *Trainer) divide() error {
	t.share = t.run.Train
	if !t.parallel() {
		return nil
	}
	share, err := datasets.Divide(t.run.Train, t.ranks.Rank(), t.ranks.Size())
	if err == nil {
		err = share.Check(t.run.BatchSize)
	}
	if err != nil {
		return err
	}
	t.share = share
	solver, ok := t.run.Solver.(solvers.Solver)
	if !ok {
		return fmt.Errorf("a parallel job needs a solver of package solvers, got %T", t.run.Solver)
	}
	t.solver, err = solvers.NewParallel(solver, t.ranks)
	return err
}

// tally is what the ranks tell each other of a batch, before its step.
type tally struct {
	figures []float64
	samples int     // of the whole batch
	loss    float64 // its mean over them
	stop    error   // not nil if a rank is to end after this step
	save    bool    // it is time for a checkpoint, by the clock of rank 0
}

// What each rank tells.
const (
	samplesOfRank = iota
	lossOfRank    // summed over its samples
	rankFailed    // 1, or 0
	rankStops
	rankSaves
	figuresOfRank
)

// count brings the figures of a batch together. If a rank failed it returns that error on all ranks.
func (t *Trainer) count(ctx context.Context, batch *datasets.Batch, err error) error {
	y := &t.tally
	if !t.parallel() {
		if err == nil {
			y.samples, y.loss = batch.Rows, t.network.Loss()
		}
		return err
	}
	own := resized(&y.figures, figuresOfRank)
	if err == nil {
		own[samplesOfRank], own[lossOfRank] = float64(batch.Rows), t.network.Loss()*float64(batch.Rows)
	}
	own[rankFailed], own[rankStops], own[rankSaves] = one(err != nil), one(ctx.Err() != nil), one(t.saver.timeIsUp())
	all, failure := t.ranks.GatherNumbers(own)
	if failure != nil {
		return failure
	}
	var sums [figuresOfRank]float64
	for i, v := range all {
		sums[i%figuresOfRank] += v
	}
	if sums[rankFailed] > 0 {
		return t.ranks.Agree(err)
	}
	y.samples, y.loss = int(sums[samplesOfRank]), sums[lossOfRank]/sums[samplesOfRank]
	y.save = all[rankSaves] > 0
	if sums[rankStops] > 0 {
		y.stop = context.Canceled
	}
	t.solver.(*solvers.Parallel).SetWeight(float64(batch.Rows) / sums[samplesOfRank])
	return nil
}

// resized makes room for n zeros.
func resized(x *[]float64, n int) []float64 {
	*x = append((*x)[:0], make([]float64, n)...)
	return *x
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// allWell returns the error of the first rank that has one, on all ranks.
func (t *Trainer) allWell(err error) error {
	if !t.parallel() {
		return err
	}
	own := resized(&t.tally.figures, 1)
	own[0] = one(err != nil)
	all, failure := t.ranks.GatherNumbers(own)
	if failure != nil {
		return failure
	}
	if slices.Contains(all, 1) {
		return t.ranks.Agree(err)
	}
	return nil
}

// interrupted is the error of a run that is to end before its next step; nil if it goes on. Ranks are
// interrupted at different times, so they end after the step at which the first one told it.
func (t *Trainer) interrupted(ctx context.Context) error {
	if t.parallel() {
		return t.tally.stop
	}
	return ctx.Err()
}

// reading is the context in which the training part is read: with other ranks it does not end before they
// agree.
func (t *Trainer) reading(ctx context.Context) context.Context {
	if t.parallel() {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// evaluate measures the model over a source. Each rank evaluates a run of its batches; joined in the order
// of the ranks they are those of one process.
func (t *Trainer) evaluate(source datasets.Source) (Metrics, error) {
	ctx := context.Background()
	if !t.parallel() {
		return t.evaluator.Evaluate(ctx, source)
	}
	share, err := datasets.Divide(source, t.ranks.Rank(), t.ranks.Size())
	var logits, labels []float32
	if err == nil {
		logits, labels, err = t.evaluator.logitsOf(share.Whole(ctx, t.run.BatchSize))
	}
	if err != nil && t.spread() {
		return Metrics{}, err // the others wait for rows
	}
	if err := t.ranks.Agree(err); err != nil {
		return Metrics{}, err
	}
	allLogits, err := t.join(logits)
	if err != nil {
		return Metrics{}, err
	}
	allLabels, err := t.join(labels)
	return Measure(allLogits, allLabels), err
}

// join puts the values of all ranks one after another.
func (t *Trainer) join(values []float32) ([]float32, error) {
	pieces, err := t.ranks.Gather(offheap.Bytes(values))
	size := 0
	for _, p := range pieces {
		size += len(p) / 4
	}
	all := make([]float32, size)
	rest := offheap.Bytes(all)
	for _, p := range pieces {
		rest = rest[copy(rest, p):]
	}
	return all, err
}

// note tells somebody who watches the run.
func (t *Trainer) note(format string, a ...any) {
	if t.run.OnNote != nil && t.leads() {
		t.run.OnNote(fmt.Sprintf(format, a...))
	}
}
