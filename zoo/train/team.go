package train

import (
	"context"
	"maps"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/solvers/parallel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// team is the ranks of a job, as one of them sees it. A run of one process is a team of one, which exchanges nothing.
type team struct {
	*ranks.Group
	solver  *parallel.Solver // nil in a team of one
	batch   outcome          // of the latest batch, of all ranks together
	stop    error            // not nil if a rank is to end after this step
	figures []float64        // room for what is exchanged
}

// outcome is what a rank has to say of its share of a batch.
type outcome struct {
	samples int
	weight  float64 // of the samples
	loss    float64 // its mean over them by weight
	stops   bool    // the run is to end after this step
	saves   bool    // it is time for a checkpoint; only rank 0 is asked
}

// parallel says whether there are other ranks.
func (m *team) parallel() bool { return m.Size() > 1 }

// leads says whether this rank is the one that saves.
func (m *team) leads() bool { return m.Rank() == 0 }

// joinTeam finds the rank's share of the training part, and wraps the solver.
func (t *Trainer) joinTeam() error {
	t.share = t.run.Train
	if !t.team.parallel() {
		return nil
	}
	share, err := datasets.Divide(t.run.Train, t.team.Rank(), t.team.Size())
	if err == nil {
		err = share.Check(t.run.BatchSize)
	}
	if err != nil {
		return err
	}
	t.share = share
	if t.team.solver, err = parallel.New(t.solver, t.team.Group); err != nil {
		return err
	}
	t.solver = t.team.solver
	if t.spread() {
		t.weights.SetShard(graph.Shard{Rank: t.team.Rank(), Size: t.team.Size()})
	}
	return nil
}

// What each rank sends.
const (
	samplesOfRank = iota
	weightOfRank
	lossOfRank // summed over its samples by weight
	rankFailed // 1, or 0
	rankStops
	rankSaves
	figuresOfRank
)

// bringTogether sums the outcomes of all ranks into batch. If a rank failed it returns that error on all ranks.
func (m *team) bringTogether(own outcome, err error) error {
	m.batch = own
	if !m.parallel() {
		return err
	}
	figures := m.room(figuresOfRank)
	figures[samplesOfRank], figures[weightOfRank], figures[lossOfRank] = float64(own.samples), own.weight, own.loss*own.weight
	figures[rankFailed], figures[rankStops], figures[rankSaves] = one(err != nil), one(own.stops), one(own.saves)
	all, failure := m.GatherNumbers(figures)
	if failure != nil {
		return failure
	}
	var sums [figuresOfRank]float64
	for i, v := range all {
		sums[i%figuresOfRank] += v
	}
	if sums[rankFailed] > 0 {
		return m.Agree(err)
	}
	m.batch = outcome{
		samples: int(sums[samplesOfRank]), weight: sums[weightOfRank], loss: share(sums[lossOfRank], sums[weightOfRank]),
		stops: sums[rankStops] > 0, saves: all[rankSaves] > 0, // of rank 0
	}
	if m.batch.stops {
		m.stop = context.Canceled
	}
	m.solver.SetWeight(share(own.weight, sums[weightOfRank]))
	return nil
}

// share is a part of a whole; 0 of one that is 0, as the weight of samples may be.
func share(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}

// room returns n zeros.
func (m *team) room(n int) []float64 {
	m.figures = append(m.figures[:0], make([]float64, n)...)
	return m.figures
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// allWell returns the error of the first rank that has one, on all ranks.
func (m *team) allWell(err error) error {
	if !m.parallel() {
		return err
	}
	own := m.room(1)
	own[0] = one(err != nil)
	all, failure := m.GatherNumbers(own)
	if failure != nil {
		return failure
	}
	if slices.Contains(all, 1) {
		return m.Agree(err)
	}
	return nil
}

// interrupted returns the error of a run that is to end before its next step; nil if it goes on. Ranks are interrupted at
// different times, so all end after the step at which the first one reported it.
func (m *team) interrupted(ctx context.Context) error {
	if m.parallel() {
		return m.stop
	}
	return ctx.Err()
}

// reading returns the context in which the training part is read: with other ranks it does not end before they agree.
func (m *team) reading(ctx context.Context) context.Context {
	if m.parallel() {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// joinPredictions puts those of all ranks one after another.
func (m *team) joinPredictions(own metrics.Predictions) (metrics.Predictions, error) {
	all := metrics.Predictions{Groups: map[string][]int32{}}
	var err error
	if all.Logits, err = join(m, own.Logits); err != nil {
		return all, err
	}
	if all.Labels, err = join(m, own.Labels); err != nil {
		return all, err
	}
	if all.Weights, err = join(m, own.Weights); err != nil {
		return all, err
	}
	for _, field := range slices.Sorted(maps.Keys(own.Groups)) {
		if all.Groups[field], err = join(m, own.Groups[field]); err != nil {
			return all, err
		}
	}
	return all, nil
}

// join puts the values of all ranks one after another.
func join[T float32 | int32](m *team, values []T) ([]T, error) {
	pieces, err := m.Gather(offheap.Bytes(values))
	size := 0
	for _, p := range pieces {
		size += len(p) / 4
	}
	all := make([]T, size)
	rest := offheap.Bytes(all)
	for _, p := range pieces {
		rest = rest[copy(rest, p):]
	}
	return all, err
}

// statistics lists the weights that no solver changes: the running statistics of batch norm. They are saved with the others.
func (t *Trainer) statistics() (list []*graph.Weight) {
	for w := range t.weights.All() {
		if w.Role == graph.RoleStatistic {
			list = append(list, w)
		}
	}
	return list
}

// exchanges says whether the ranks need something of each other while they run their graphs: rows of tables that are spread, or
// the moments of a batch.
func (t *Trainer) exchanges() bool {
	return t.team.parallel() && (t.spread() || len(t.statistics()) > 0)
}
