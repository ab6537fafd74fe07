package train

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"gorgonia.org/gorgonia"
)

// Trainer holds a run in progress.
type Trainer struct {
	run       Run
	team      *team
	share     datasets.Source // of the training part
	weights   *graph.Weights
	network   *zoo.Network
	mode      *graph.Mode // of the network
	evaluator *predict.Evaluator
	solver    solvers.Solver // that of the run, or a parallel.Solver around it
	model     []gorgonia.ValueGrad
	dropouts  *rand.PCG // of the masks
	at        checkpoint.Position
	history   []metrics.Epoch
	saver     *saver // nil without checkpoints
	origins   string // hash of which rows are which of the run that this one goes on from
	kept      bestWeights
	rate      *rate
	begun     int // steps of the runs that this one goes on from

	frequencies *frequencies // nil unless Run.Buckets or Run.Diagnose ask for them
	buckets     []uint8      // of the rows
}

// NewTrainer checks the settings of a run, draws its weights and compiles its graphs. In a parallel job it also finds out
// whether all ranks have the same settings, data and build; if not, the error wraps ErrRanksDiffer.
func NewTrainer(run Run) (*Trainer, error) {
	run = run.withDefaults()
	team := &team{Group: ranks.NewGroup(run.Parallel.Comm)}
	t, err := newTrainer(run, team)
	if err = team.Agree(err); err == nil {
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

func newTrainer(run Run, team *team) (*Trainer, error) {
	if err := run.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRun, err)
	}
	t := &Trainer{
		run: run, team: team, weights: graph.NewWeights(run.stream(weightStream)), solver: run.Solver.(solvers.Solver),
		dropouts: run.source(dropoutStream), at: checkpoint.Position{Epoch: 1},
	}
	t.weights.SetRowPrecision(solvers.RowWeights(t.solver))
	var err error
	if t.rate, err = newRate(&run); err == nil {
		err = run.checkMonitored()
	}
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrRun, err)
	}
	if err := t.joinTeam(); err != nil {
		return t, fmt.Errorf("%w: %w", ErrRun, err)
	}
	if err := t.compile(); err != nil {
		return t, err
	}
	if err := t.warmStart(); err != nil {
		return t, fmt.Errorf("zoo: %w", err)
	}
	if err := t.divideRows(); err != nil {
		return t, err
	}
	if run.Checkpoints != nil {
		t.saver, err = newSaver(t, *run.Checkpoints)
	}
	return t, err
}

// compile draws the weights and compiles the graphs of training and of evaluation.
func (t *Trainer) compile() error {
	fields := zoo.GraphFields(t.run.Train.Fields())
	b := graph.NewBuilder(t.run.BatchSize/t.team.Size(), fields, t.weights)
	b.EmbeddingInit = t.run.EmbeddingInit
	b.Dropouts = rand.New(t.dropouts)
	*b.Mode = graph.Mode{Training: true, Rank: t.team.Rank(), Ranks: t.team.Size()}
	if t.team.parallel() {
		b.Mode.Gather = t.team.GatherNumbers
	}
	t.mode = b.Mode
	var err error
	if t.network, err = zoo.NewTrainingNetwork(t.run.Model, b); err != nil {
		return err
	}
	t.network.SetPrecision(t.run.Precision)
	if t.spread() {
		if err := t.team.solver.SpreadAll(t.weights); err != nil {
			return fmt.Errorf("%w: %w", ErrRun, err)
		}
	}
	t.model = gorgonia.NodesToValueGrads(t.network.Learnables())
	if t.evaluator, err = predict.NewEvaluator(t.run.Model, fields, t.weights, t.run.BatchSize, t.run.Metrics...); err != nil {
		return err
	}
	t.evaluator.SetPrecision(t.run.Precision)
	return nil
}

// Memory returns the bytes of the weights and of the solver's state, of which this process has only its own rows if tables
// are spread. The state is made if it is not there yet; of a solver that is no solvers.Stateful it is not known, and counts
// as nothing.
func (t *Trainer) Memory() (weights, state int, err error) {
	stateful, ok := solvers.As[solvers.Stateful](t.solver)
	for _, n := range t.network.Learnables() {
		weights += len(t.weights.Get(n.Name()).Bytes())
		if !ok {
			continue
		}
		parts, err := stateful.State(n.Value())
		if err != nil {
			return weights, state, fmt.Errorf("zoo: %w", err)
		}
		for _, p := range parts {
			state += p.Bytes()
		}
	}
	return weights, state, nil
}

// Weights returns the weights that are trained.
func (t *Trainer) Weights() *graph.Weights { return t.weights }

// Evaluator returns what measures the model in its present state.
func (t *Trainer) Evaluator() *predict.Evaluator { return t.evaluator }

// StoppedEarly says whether the run has ended because more evaluations than its patience allows were no better than the best
// one.
func (t *Trainer) StoppedEarly() bool {
	if t.run.Monitor == metrics.NoMonitor || t.run.Patience == 0 {
		return false
	}
	best := t.best()
	return best >= 0 && len(t.history)-1-best >= t.run.Patience
}

// Best returns the best epoch, or evaluation within one, so far by the run's monitor, the first of equals; nil if there is none.
func (t *Trainer) Best() *metrics.Epoch {
	if at := t.best(); at >= 0 {
		return &t.history[at]
	}
	return nil
}

// best returns the index of the best evaluation so far in the history; -1 if there is none.
func (t *Trainer) best() int { return t.run.Monitor.Best(t.history, t.run.Metrics) }

// Free gives the memory of weights and solver back, which the garbage collector does not.
func (t *Trainer) Free() {
	t.weights.Free()
	t.solver.Free()
	t.kept.free()
}

// Train runs the epochs and returns the figures of each; see the function Train. With checkpoints it goes on from the
// latest one that the directory holds, and returns the epochs before it, too.
func (t *Trainer) Train(ctx context.Context) ([]metrics.Epoch, error) {
	switch {
	case ctx == nil:
		return nil, fmt.Errorf("%w: no context", ErrRun)
	case t.weights.Freed():
		return nil, predict.ErrFreed
	}
	if err := t.saver.begin(ctx); err != nil {
		return nil, fmt.Errorf("zoo: %w", err)
	}
	t.team.stop = nil
	t.history = slices.DeleteFunc(t.history, func(e metrics.Epoch) bool { return e.Partial }) // of an earlier call
	t.rate.watch(t.history, t.run.Monitor, t.run.Metrics)
	for t.at.Epoch <= t.run.Epochs && !t.StoppedEarly() {
		if err := t.team.interrupted(ctx); err != nil && t.at.Batches == 0 && len(t.history) > 0 {
			return t.history, err // between two epochs: nothing is partial
		}
		epoch, err := t.epoch(ctx)
		if err != nil {
			return t.history, fmt.Errorf("zoo: epoch %d, step %d, batch %d: %w", t.at.Epoch, t.at.Steps+1, t.at.Batches+1, err)
		}
		stopped := t.StoppedEarly()   // by an evaluation within the epoch
		if epoch.Partial || stopped { // saved before measuring it settles rows
			if err := t.saver.save(); err != nil {
				return t.history, fmt.Errorf("zoo: %w", err)
			}
		}
		if stopped {
			break
		}
		if err := t.end(epoch); err != nil {
			return t.history, err
		}
		if epoch.Partial {
			return t.history, t.team.interrupted(ctx)
		}
	}
	if err := t.testBest(); err != nil {
		return t.history, fmt.Errorf("zoo: %w", err)
	}
	return t.history, nil
}

// end measures an epoch, reports it and, unless it is partial, goes on to the next.
func (t *Trainer) end(e metrics.Epoch) error {
	if err := t.record(e); err != nil || e.Partial {
		return err
	}
	if err := t.saver.save(); err != nil {
		return fmt.Errorf("zoo: %w", err)
	}
	return nil
}

// evaluateIfDue measures the model within an epoch, as often as was asked for; not at its end, where that is done anyway. It
// saves the best one.
func (t *Trainer) evaluateIfDue() error {
	every := t.run.EvaluateEvery
	if every == 0 || t.at.Batches%every != 0 || t.at.Samples == t.run.Train.Len() {
		return nil
	}
	e := t.progress()
	e.Batches = t.at.Batches
	if err := t.record(e); err != nil || t.best() != len(t.history)-1 {
		return err
	}
	return t.saver.save()
}

// record measures the model, adds the figures to the history and reports them.
func (t *Trainer) record(e metrics.Epoch) error {
	if err := t.measure(&e); err != nil {
		return err
	}
	t.history = append(t.history, e)
	t.rate.watch(t.history, t.run.Monitor, t.run.Metrics)
	if !e.Partial {
		if e.Batches == 0 {
			t.at = checkpoint.Position{Epoch: t.at.Epoch + 1, Steps: t.at.Steps}
		}
		if err := t.team.Agree(t.keepBest()); err != nil {
			return err
		}
	}
	var err error
	if t.run.OnEpoch != nil {
		err = t.run.OnEpoch(e)
	}
	return t.team.Agree(err)
}

// note reports something to whoever watches the run.
func (t *Trainer) note(format string, a ...any) {
	if t.run.OnNote != nil && t.team.leads() {
		t.run.OnNote(fmt.Sprintf(format, a...))
	}
}
