package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"gorgonia.org/gorgonia"
)

// ErrRun is wrapped by the error of a run whose settings cannot be used.
var ErrRun = errors.New("zoo: cannot train")

// Run is what Train needs. Zero fields mean their defaults.
type Run struct {
	Model  zoo.Model       // required
	Solver gorgonia.Solver // required, a new solvers.Solver: it keeps the state of one run
	Train  datasets.Source // required
	Test   datasets.Source // measured after every epoch, or once; nil: not measured
	Valid  datasets.Source // measured after every epoch; nil: not measured

	BatchSize     int                // samples in a step; 0 means 512
	Epochs        int                // passes over Train; 0 means 4
	Metrics       []metrics.Metric   // by which Test and Valid are measured; none means metrics.Default
	Monitor       metrics.Monitor    // the figure that finds the best epoch, or evaluation within one; default: none
	Patience      int                // evaluations that may pass without a better one; 0: any number
	EvaluateEvery int                // also evaluate within epochs, every so many steps of an epoch; 0: only after epochs
	Schedule      schedule.Schedule  // of the learning rate, from the first step of this run; nil: it stays; else it needs a solvers.RateScaler
	TestOnce      bool               // measure Test at the end only, with the weights after the best epoch; needs a monitor
	Seed          uint64             // of everything random; default 0
	EmbeddingInit graph.Initializer  // nil means graph.Normal(0.01)
	Precision     graph.Precision    // of matrix products; graph.BFloat16 is float32 where it is not available, see graph.Precision
	Encoding      *datasets.Encoding // of raw samples, to be kept with the model; nil: it predicts ids only
	Checkpoints   *Checkpoints       // nil: none; they need a solvers.Stateful

	// From is the directory of a run, or a checkpoint, that this run goes on from with other data: it begins with its
	// weights, the state of its solver and its number of steps, instead of drawn weights. Model and fields must be the same;
	// fields may have more rows. Rows are new if the checkpoint lacks them, or if their id was free: they begin with zeros.
	// With another solver only the weights are taken. "": a run begins anew.
	From string
	// FromEncoding is the encoding that Encoding has grown from, if values have left the one of From; see package stream.
	// Ids that are free in it are new. nil means the encoding of From.
	FromEncoding *datasets.Encoding

	// Buckets divides rows by frequency, for a solver made with solvers.WithBuckets and for
	// Diagnose. Default: none; for Diagnose 5 of every field.
	Buckets Buckets
	// Diagnose measures Diagnostics after every epoch. It reads the training part once more, before the first epoch.
	Diagnose bool

	Parallel Parallel // default: the run is of one process

	OnNote  func(text string)         // called, if not nil, with what somebody who watches the run should know
	OnStep  func(Step)                // called after every step, if not nil
	OnEpoch func(metrics.Epoch) error // called after every epoch and every evaluation within one, if not nil; an error ends the run
}

// Parallel makes a run one rank of a parallel job. All ranks are given the same settings and the same data. Each takes its
// share of every batch and of the evaluation, see datasets.Divide, and all take the same steps, see package parallel.
// Run.BatchSize is that of the job and must be a multiple of the ranks. Rank 0 saves.
type Parallel struct {
	Comm ranks.Comm // connects this process to the other ranks; nil: there are none
	// CheckRanks compares the weights of all ranks every so many steps. If they are not the same, to the bit, the run ends
	// with ErrRanksDiffer. 0: never.
	CheckRanks int
	// ShardTables spreads the rows of all tables over the ranks, with the solver's state of them: a job can then train
	// tables that no rank has memory for; see parallel.Solver.Spread. The weights are the same as without, to the bit. It
	// is not for SAM and FAL (see solvers.Spreader), nor with Diagnose. A rank that fails within a pass cannot tell the others, who wait for its
	// rows: its process must end.
	ShardTables bool
}

// Step is what a run reports after each step.
type Step struct {
	Epoch   int     // from 1
	Step    int     // of the run, from 1
	Samples int     // of the epoch so far
	Total   int     // samples of an epoch
	Loss    float64 // mean log loss of the batch before the step
}

// The streams of random numbers of a run. Each is seeded by the run's seed and its own number: none depends on how much of
// another was used.
const (
	weightStream = iota + 1
	dropoutStream
	shuffleStream // plus the epoch: each epoch's order depends on the seed and its number only
)

// StepsPerEpoch returns the steps of a pass over Train.
func (r *Run) StepsPerEpoch() int { return (r.Train.Len() + r.BatchSize - 1) / r.BatchSize }

func (r *Run) stream(number uint64) *rand.Rand { return rand.New(r.source(number)) }

func (r *Run) source(number uint64) *rand.PCG { return rand.NewPCG(r.Seed, number) }

// withDefaults returns the run with defaults in place of zero fields.
func (r Run) withDefaults() Run {
	r.BatchSize, r.Epochs = cmp.Or(r.BatchSize, 512), cmp.Or(r.Epochs, 4)
	r.Metrics = metrics.OrDefault(r.Metrics)
	if r.Parallel.Comm == nil {
		r.Parallel.Comm = ranks.Alone()
	}
	return r
}

func (r *Run) check() error {
	switch {
	case zoo.IsNil(r.Model):
		return errors.New("no model")
	case zoo.IsNil(r.Solver):
		return errors.New("no solver")
	case r.Buckets.Number < 0 || r.Buckets.Number > 255:
		return fmt.Errorf("buckets must be in [0, 255], got %d", r.Buckets.Number)
	case r.Buckets.Number == 0 && bucketsOf(r.Solver) != nil:
		return errors.New("the solver was made WithBuckets, and the run has no Buckets")
	case r.From != "" && r.Buckets.Number > 0:
		return errors.New("a run that goes on from another has no Buckets: frequencies of two logs would mix")
	case zoo.IsNil(r.Train) || r.Train.Len() == 0:
		return errors.New("the training part is empty")
	case r.BatchSize < 1:
		return fmt.Errorf("batch size must be at least 1, got %d", r.BatchSize)
	case r.Epochs < 1:
		return fmt.Errorf("epochs must be at least 1, got %d", r.Epochs)
	case r.Precision.Check() != nil:
		return r.Precision.Check()
	case r.EvaluateEvery < 0:
		return fmt.Errorf("the steps between evaluations must be at least 0, got %d", r.EvaluateEvery)
	case r.EvaluateEvery > 0 && r.Valid == nil && (r.Test == nil || r.TestOnce):
		return errors.New("evaluations within epochs need a validation part or a test part")
	case r.Parallel.ShardTables && r.Diagnose:
		return errors.New("diagnostics need tables that are not spread over the ranks")
	case r.Parallel.CheckRanks < 0:
		return fmt.Errorf("the steps between comparisons of ranks must be at least 0, got %d", r.Parallel.CheckRanks)
	}
	for _, part := range []struct {
		name   string
		source datasets.Source
	}{{"test", r.Test}, {"validation", r.Valid}} {
		if part.source != nil && zoo.IsNil(part.source) {
			return fmt.Errorf("the %s part is a nil pointer: leave it out", part.name)
		}
	}
	if err := solvers.Check(r.Solver); err != nil {
		return err
	}
	if err := metrics.Check(r.Metrics); err != nil {
		return err
	}
	if err := r.checkSchedule(); err != nil {
		return err
	}
	return r.checkMonitor()
}

// checkMonitored finds a monitor whose figure does not exist on the validation part, as the AUC of one class. It reads
// labels until it has seen both.
func (r *Run) checkMonitored() error {
	if r.Monitor == metrics.NoMonitor {
		return nil
	}
	var p metrics.Predictions
	for batch, err := range r.Valid.Batches(context.Background(), r.BatchSize, nil) {
		if err != nil {
			return err
		}
		p.Labels, p.Weights = append(p.Labels, batch.Labels...), append(p.Weights, batch.Weights...)
		if len(p.Weights) == 0 && slices.Contains(p.Labels, 0) && slices.Contains(p.Labels, 1) {
			return nil
		}
	}
	p.Logits = make([]float32, len(p.Labels))
	if f := metrics.Measure(p, r.Metrics...); math.IsNaN(r.Monitor.Of(&f)) {
		return fmt.Errorf("the monitor %s does not exist: %d of the %d samples of the validation part have the label 1", r.Monitor, f.Positives, f.Samples)
	}
	return nil
}

func (r *Run) checkMonitor() error {
	if err := r.Monitor.Check(r.Metrics); err != nil {
		return err
	}
	switch {
	case r.Patience < 0:
		return fmt.Errorf("patience must be at least 0, got %d", r.Patience)
	case r.Monitor != metrics.NoMonitor && r.Valid == nil:
		return fmt.Errorf("monitor %s needs a validation part", r.Monitor)
	case r.Monitor == metrics.NoMonitor && r.Patience > 0:
		return errors.New("patience needs a monitor")
	case r.Monitor == metrics.NoMonitor && r.TestOnce:
		return errors.New("to measure the test part once needs a monitor, which finds the best epoch")
	}
	return nil
}
