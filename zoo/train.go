package zoo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"gorgonia.org/gorgonia"
)

// ErrRun is wrapped by the error of a run whose settings cannot be used.
var ErrRun = errors.New("zoo: cannot train")

// Run is what Train needs. Zero fields mean their defaults.
type Run struct {
	Model  Model           // required
	Solver gorgonia.Solver // required, new: a solver keeps the state of one run
	Train  datasets.Source // required
	Test   datasets.Source // measured after every epoch; nil: not measured
	Valid  datasets.Source // measured after every epoch; nil: not measured

	BatchSize     int               // samples in a step; 0 means 512
	Epochs        int               // passes over Train; 0 means 4
	Monitor       Monitor           // the figure that finds the best epoch; default: none
	Patience      int               // epochs that may pass without a better one; 0: any number
	Seed          uint64            // of everything random; default 0
	EmbeddingInit graph.Initializer // nil means graph.Normal(0.01)
	Checkpoints   *Checkpoints      // nil: none; they need a solver of package solvers

	// Buckets divides rows by frequency, for a solver made with solvers.WithBuckets and for
	// Diagnose. Default: none; for Diagnose 5 of every field.
	Buckets Buckets
	// Diagnose measures Diagnostics after every epoch, for which the training part is read once
	// more before the first.
	Diagnose bool

	// Comm connects this process to the other ranks of a parallel job; nil: the run is of one process.
	// All ranks are given the same settings and the same data. Each takes its share of every batch
	// and of the evaluation, see datasets.Divide, and all take the same steps, see solvers.Parallel.
	// BatchSize is that of the job and must be a multiple of the ranks. Rank 0 saves.
	Comm solvers.Comm
	// CheckRanks compares the weights of all ranks every so many steps and ends the run with
	// ErrRanksDiffer if they are not the same, to the bit. 0: never.
	CheckRanks int
	// ShardTables spreads the rows of all tables over the ranks, with the solver's state of them, so that a
	// job can train tables that no rank has memory for; see solvers.Parallel.Spread. The weights are those
	// that it trains otherwise, to the bit. Not for SAM and FAL, nor with Diagnose. A rank that fails
	// within a pass cannot tell the others, who wait for its rows: its process must end.
	ShardTables bool

	// OnNote is called with what somebody who watches the run should know, if not nil.
	OnNote  func(text string)
	OnStep  func(Step)        // called after every step, if not nil
	OnEpoch func(Epoch) error // called after every epoch, if not nil; an error ends the run
}

// Step is what a run tells after each step.
type Step struct {
	Epoch   int     // from 1
	Step    int     // of the run, from 1
	Samples int     // of the epoch so far
	Total   int     // samples of an epoch
	Loss    float64 // mean log loss of the batch before the step
}

// Epoch is what a run tells after each epoch.
type Epoch struct {
	Epoch         int     // from 1
	Steps         int     // of the run so far
	TrainLoss     float64 // mean of the batches' log losses, each before its step
	Test, Valid   *Metrics
	EmbeddingNorm float64 // Euclidean norm of all tables together, every row settled
	Diagnostics   *Diagnostics
	Seconds       float64 // spent in training, without evaluation
	Samples       int     // trained in this epoch
	Partial       bool    // the run was interrupted in this epoch
}

// SamplesPerSecond is the speed of training; 0 if nothing was trained.
func (e Epoch) SamplesPerSecond() float64 {
	if e.Samples == 0 {
		return 0
	}
	return float64(e.Samples) / e.Seconds
}

// The streams of random numbers of a run. Each is seeded by the run's seed and its own number, so
// that none depends on how much of another was used.
const (
	weightStream = iota + 1
	dropoutStream
	shuffleStream // plus the epoch: each epoch's order depends on the seed and its number only
)

func (r *Run) stream(number uint64) *rand.Rand { return rand.New(r.source(number)) }

func (r *Run) source(number uint64) *rand.PCG { return rand.NewPCG(r.Seed, number) }

// Train runs the epochs and returns what it told of each. When ctx ends it stops after the step
// at hand; the last epoch is then partial, and the error is that of ctx. The weights are gone
// afterwards: to keep them, use a Trainer.
func Train(ctx context.Context, run Run) ([]Epoch, error) {
	t, err := NewTrainer(run)
	if err != nil {
		return nil, err
	}
	defer t.Free()
	return t.Train(ctx)
}

// Trainer holds a run in progress.
type Trainer struct {
	run       Run
	ranks     *solvers.Ranks
	tally     tally
	share     datasets.Source // of the training part
	weights   *graph.Weights
	network   *Network
	evaluator *Evaluator
	solver    gorgonia.Solver // that of the run, or a solvers.Parallel around it
	model     []gorgonia.ValueGrad
	dropouts  *rand.PCG // of the masks
	at        position
	history   []Epoch
	saver     *saver // nil without checkpoints

	frequencies *frequencies // nil unless Run.Buckets or Run.Diagnose ask for them
	buckets     []uint8      // of the rows
}

// position is how far a run has come.
type position struct {
	Epoch   int     `json:"epoch"`   // under way, or to begin; from 1
	Batches int     `json:"batches"` // of the epoch
	Samples int     `json:"samples"` // in them
	Steps   int     `json:"steps"`   // of the run
	Loss    float64 `json:"loss"`    // summed over the samples
	Seconds float64 `json:"seconds"` // spent in training in the epoch
}

// NewTrainer checks the settings of a run, draws its weights and compiles its graphs. In a parallel job it
// also finds out whether all ranks have the same settings, data and build; if not, the error wraps
// ErrRanksDiffer.
func NewTrainer(run Run) (*Trainer, error) {
	run.BatchSize = orDefault(run.BatchSize, 512)
	run.Epochs = orDefault(run.Epochs, 4)
	ranks := solvers.NewRanks(orAlone(run.Comm))
	t, err := newTrainer(run, ranks)
	if err = ranks.Agree(err); err == nil {
		err = t.compareRuns()
	}
	if err != nil && t != nil {
		t.weights.Free()
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

func newTrainer(run Run, ranks *solvers.Ranks) (*Trainer, error) {
	if err := run.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRun, err)
	}
	t := &Trainer{
		run: run, ranks: ranks, weights: graph.NewWeights(run.stream(weightStream)), solver: run.Solver,
		dropouts: run.source(dropoutStream), at: position{Epoch: 1},
	}
	if err := t.divide(); err != nil {
		return t, fmt.Errorf("%w: %w", ErrRun, err)
	}
	if t.spread() {
		t.weights.SetShard(graph.Shard{Rank: ranks.Rank(), Size: ranks.Size()})
	}
	fields := GraphFields(run.Train.Fields())
	b := graph.NewBuilder(run.BatchSize/ranks.Size(), fields, t.weights)
	b.EmbeddingInit = run.EmbeddingInit
	b.Dropouts = rand.New(t.dropouts)
	*b.Mode = graph.Mode{Training: true, Rank: ranks.Rank(), Ranks: ranks.Size()}
	var err error
	if t.network, err = NewTrainingNetwork(run.Model, b); err != nil {
		return t, err
	}
	if t.spread() {
		if err := spreadTables(t.weights, t.solver.(*solvers.Parallel)); err != nil {
			return t, fmt.Errorf("%w: %w", ErrRun, err)
		}
	}
	t.model = gorgonia.NodesToValueGrads(t.network.Learnables())
	if t.evaluator, err = NewEvaluator(run.Model, fields, t.weights, run.BatchSize); err != nil {
		return t, err
	}
	if err := t.divideRows(); err != nil {
		return t, err
	}
	if run.Checkpoints != nil {
		t.saver, err = newSaver(t, *run.Checkpoints)
	}
	return t, err
}

func (r *Run) check() error {
	switch {
	case r.Model == nil:
		return errors.New("no model")
	case r.Solver == nil:
		return errors.New("no solver")
	case r.Buckets.Number < 0 || r.Buckets.Number > 255:
		return fmt.Errorf("buckets must be in [0, 255], got %d", r.Buckets.Number)
	case r.Buckets.Number == 0 && usesBuckets(r.Solver):
		return errors.New("the solver was made WithBuckets, and the run has no Buckets")
	case r.Train == nil || r.Train.Len() == 0:
		return errors.New("the training part is empty")
	case r.BatchSize < 1:
		return fmt.Errorf("batch size must be at least 1, got %d", r.BatchSize)
	case r.Epochs < 1:
		return fmt.Errorf("epochs must be at least 1, got %d", r.Epochs)
	case r.Patience < 0:
		return fmt.Errorf("patience must be at least 0, got %d", r.Patience)
	case r.ShardTables && r.Diagnose:
		return errors.New("diagnostics need tables that are not spread over the ranks")
	case r.CheckRanks < 0:
		return fmt.Errorf("the steps between comparisons of ranks must be at least 0, got %d", r.CheckRanks)
	}
	return r.Monitor.check(r)
}

// Weights are the weights that are trained.
func (t *Trainer) Weights() *graph.Weights { return t.weights }

// Evaluator judges the model as it stands.
func (t *Trainer) Evaluator() *Evaluator { return t.evaluator }

// Free gives the memory of weights and solver back, which the garbage collector does not.
func (t *Trainer) Free() {
	t.weights.Free()
	if s, ok := t.solver.(interface{ Free() }); ok {
		s.Free()
	}
}

// Train runs the epochs; see the function Train. With checkpoints it goes on from the latest one that
// the directory holds, and returns the epochs before it, too.
func (t *Trainer) Train(ctx context.Context) ([]Epoch, error) {
	if err := t.saver.begin(ctx); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	t.tally.stop = nil
	t.history = slices.DeleteFunc(t.history, func(e Epoch) bool { return e.Partial }) // of an earlier call
	for t.at.Epoch <= t.run.Epochs && !t.StoppedEarly() {
		if err := t.interrupted(ctx); err != nil && t.at.Batches == 0 && len(t.history) > 0 {
			return t.history, err // between two epochs: nothing is partial
		}
		epoch, err := t.epoch(ctx)
		if err != nil {
			return t.history, fmt.Errorf("zoo: epoch %d, step %d, batch %d: %w", t.at.Epoch, t.at.Steps+1, t.at.Batches+1, err)
		}
		if epoch.Partial { // saved before measuring it settles rows
			if err := t.saver.save(); err != nil {
				return t.history, fmt.Errorf("zoo: %w", err)
			}
		}
		if err := t.end(epoch); err != nil {
			return t.history, err
		}
		if epoch.Partial {
			return t.history, t.interrupted(ctx)
		}
	}
	return t.history, nil
}

// end measures an epoch, tells of it and, unless it is partial, goes on to the next.
func (t *Trainer) end(e Epoch) error {
	if err := t.measure(&e); err != nil {
		return err
	}
	t.history = append(t.history, e)
	if !e.Partial {
		t.at = position{Epoch: t.at.Epoch + 1, Steps: t.at.Steps}
	}
	var err error
	if t.run.OnEpoch != nil {
		err = t.run.OnEpoch(e)
	}
	if err := t.ranks.Agree(err); err != nil {
		return err
	}
	if e.Partial {
		return nil
	}
	if err := t.saver.save(); err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	return nil
}

// epoch trains one pass over the training part, or what is left of it.
func (t *Trainer) epoch(ctx context.Context) (Epoch, error) {
	if s, ok := t.run.Solver.(epochStarter); ok && t.at.Batches == 0 {
		s.StartEpoch(t.at.Epoch, t.weights)
	}
	at := &t.at
	done, before, start := at.Batches, at.Seconds, time.Now()
	shuffle := t.run.stream(shuffleStream + uint64(at.Epoch))
	for batch, err := range t.share.Batches(t.reading(ctx), t.run.BatchSize, shuffle) {
		if err != nil && t.interrupted(ctx) != nil {
			break
		}
		if err == nil && done > 0 {
			done--
			continue
		}
		if err := t.train(ctx, batch, err); err != nil {
			return Epoch{}, err
		}
		at.Seconds = before + time.Since(start).Seconds()
		if t.interrupted(ctx) != nil {
			break
		}
		if err := t.saver.saveIfDue(); err != nil {
			return Epoch{}, err
		}
	}
	return Epoch{
		Epoch: at.Epoch, Steps: at.Steps, Samples: at.Samples, Partial: t.interrupted(ctx) != nil,
		TrainLoss: at.Loss / float64(at.Samples), Seconds: at.Seconds,
	}, nil
}

// train takes the step of a batch and moves the position. err is that of reading the batch: in a parallel
// job the other ranks must know of it.
func (t *Trainer) train(ctx context.Context, batch *datasets.Batch, err error) error {
	if err == nil {
		err = t.forward(batch)
	}
	if err != nil && t.spread() && !errors.Is(err, ErrNonFinite) {
		return err // the others wait for rows
	}
	if err := t.count(ctx, batch, err); err != nil {
		return err
	}
	if err := t.step(); err != nil {
		return err
	}
	t.at.Steps++
	t.at.Batches++
	t.at.Samples += t.tally.samples
	t.at.Loss += t.tally.loss * float64(t.tally.samples)
	if t.run.OnStep != nil {
		t.run.OnStep(Step{Epoch: t.at.Epoch, Step: t.at.Steps, Samples: t.at.Samples, Total: t.run.Train.Len(), Loss: t.tally.loss})
	}
	return t.checkRanks()
}

// twoPass is a solver that takes two passes over a batch for a step, as SAM does.
type twoPass interface {
	Perturb(model []gorgonia.ValueGrad) error
	Undo() // of Perturb, if there is no step after all
}

// epochStarter is a solver that does something at the start of an epoch, as MEDA does.
type epochStarter interface {
	StartEpoch(epoch int, weights *graph.Weights)
}

// forward works out the loss of a batch and the gradients.
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
	return t.checkFinite()
}

// step takes the step of the gradients of forward.
func (t *Trainer) step() error {
	if _, ok := t.run.Solver.(twoPass); ok {
		s := t.solver.(twoPass)
		if err := t.secondPass(s); err != nil {
			s.Undo()
			return err
		}
	}
	return t.solver.Step(t.model)
}

func (t *Trainer) secondPass(s twoPass) error {
	if err := s.Perturb(t.model); err != nil {
		return err
	}
	return t.allWell(t.pass())
}

// measure fills in what is known only after an epoch. It also serves an interrupted epoch, so
// the end of the run's context does not stop it.
func (t *Trainer) measure(e *Epoch) error {
	t.weights.SettleAll()
	var err error
	if e.EmbeddingNorm, err = t.embeddingNorm(); err != nil {
		return err
	}
	if t.run.Diagnose {
		e.Diagnostics = t.diagnose()
	}
	for _, part := range []struct {
		source datasets.Source
		result **Metrics
	}{{t.run.Test, &e.Test}, {t.run.Valid, &e.Valid}} {
		if part.source == nil {
			continue
		}
		m, err := t.evaluate(part.source)
		if err != nil {
			return err
		}
		*part.result = &m
	}
	return nil
}

// embeddingNorm is the Euclidean norm of all tables together.
func (t *Trainer) embeddingNorm() (float64, error) {
	var sum float64
	for weight := range t.weights.All() {
		if weight.Table != nil {
			sum += sumSquares(weight.Values())
		}
	}
	if !t.spread() {
		return math.Sqrt(sum), nil
	}
	parts, err := t.ranks.GatherNumbers([]float64{sum})
	sum = 0
	for _, part := range parts {
		sum += part
	}
	return math.Sqrt(sum), err
}
