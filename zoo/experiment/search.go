package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Search draws trials from a space and halves them successively: all are trained for a few epochs, the best quarter of
// them for four times as many, and so on, up to Settings.Epochs; the Finalists of the last round run with several seeds. A
// trial is as good as the AUC of the validation part after its best epoch. Runs that the store holds are not made again,
// so a search that was interrupted goes on where it was, and ends with the same winner.
type Search struct {
	Settings                 // of every trial, where the space leaves them open; the data set is named only
	Space     Space          // what is drawn
	Trials    int            // how many are drawn, at least 1
	Finalists int            // that run with several seeds; 0 means 3
	Seeds     int            // of a finalist, from Settings.Seed on; 0 means 3
	Catalogs  Catalogs       // of the models and solvers
	Store     *Store         // of the records
	Parallel  int            // how many runs go side by side; 0 means 1. Results do not depend on it.
	OnRun     func(Progress) // called as runs go on, if not nil, by one goroutine at a time
	OnTrial   func(*Trial)   // called, if not nil, when a trial has ended that is not the winner

	runner *Runner
}

// Trial is a point of the space.
type Trial struct {
	Number  int // from 1
	Values  []Value
	Records []*Record // of the longest round, by seed

	settings Settings
}

// halving is by how many the trials are divided, and the epochs multiplied, from a round to the next.
const halving = 4

// title is that of the records of a search.
const title = "zoo tune"

// Run makes the search and returns the winner: of the finalists that with the highest mean AUC over its seeds.
func (s *Search) Run(ctx context.Context, set *datasets.Set) (*Trial, error) {
	trials, err := s.draw()
	if err != nil {
		return nil, err
	}
	s.Finalists, s.Seeds = cmp.Or(s.Finalists, 3), cmp.Or(s.Seeds, 3)
	data, err := prepare(ctx, s.Data, set, &s.Ablation, s.BucketField)
	if err != nil {
		return nil, err
	}
	s.runner = &Runner{
		Grid: &Grid{Title: title, Catalogs: s.Catalogs}, Store: s.Store, Parallel: s.Parallel, OnProgress: s.OnRun, keepsDiverged: true,
		data: map[string]*dataset{s.DataLabel(): data}, work: work{},
	}
	rounds := s.rounds(len(trials))
	s.plan(rounds, data.Train.Len())
	for i, round := range rounds {
		if err := s.train(ctx, trials, round.epochs, 1, data.hash); err != nil {
			return nil, err
		}
		slices.SortStableFunc(trials, func(a, b *Trial) int { return cmp.Compare(b.AUC(), a.AUC()) })
		keep := min(len(trials), s.Finalists)
		if i+1 < len(rounds) {
			keep = rounds[i+1].trials
		}
		s.leave(trials[keep:])
		trials = trials[:keep]
	}
	if err := s.train(ctx, trials, s.Epochs, s.Seeds, data.hash); err != nil {
		return nil, err
	}
	slices.SortStableFunc(trials, func(a, b *Trial) int { return cmp.Compare(b.AUC(), a.AUC()) })
	winner := trials[0]
	s.leave(trials[1:])
	return winner, nil
}

// leave reports trials that have ended, in the order of their numbers.
func (s *Search) leave(trials []*Trial) {
	slices.SortFunc(trials, func(a, b *Trial) int { return a.Number - b.Number })
	for _, t := range trials {
		if s.OnTrial != nil {
			s.OnTrial(t)
		}
	}
}

// round is one of successive halving.
type round struct{ trials, epochs int }

// rounds lists the rounds, the shortest first.
func (s *Search) rounds(trials int) []round {
	list := []round{{trials, s.Epochs}}
	for epochs := s.Epochs / halving; epochs >= 1 && list[0].trials > s.Finalists; epochs /= halving {
		list = append([]round{{trials, epochs}}, list...)
	}
	for i := 1; i < len(list); i++ {
		list[i].trials = max(min(s.Finalists, trials), (list[i-1].trials+halving-1)/halving)
	}
	return list
}

// plan counts what is to be done.
func (s *Search) plan(rounds []round, samples int) {
	p := &s.runner.progress
	for _, r := range rounds {
		p.Runs += r.trials
		p.Samples += r.trials * r.epochs * samples
	}
	more := min(s.Finalists, rounds[len(rounds)-1].trials) * (s.Seeds - 1)
	p.Runs += more
	p.Samples += more * s.Epochs * samples
	s.runner.work.of(kindOf(&s.Settings)).planned = p.Samples
}

// draw draws the trials. What is drawn depends on the seed and the number of a trial only.
func (s *Search) draw() ([]*Trial, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	var trials []*Trial
	for number := 1; number <= s.Trials; number++ {
		rng := rand.New(rand.NewPCG(s.Seed, uint64(number)))
		t := &Trial{Number: number}
		for i := range s.Space {
			t.Values = append(t.Values, s.Space[i].draw(rng, s.isWhole(s.Space[i].Name, &s.Catalogs)))
		}
		var err error
		if t.settings, err = s.apply(t.Values, &s.Catalogs); err != nil {
			return nil, fmt.Errorf("%w: trial %d: %w", ErrSpace, number, err)
		}
		trials = append(trials, t)
	}
	return trials, nil
}

// Check finds what cannot be searched, before anything is trained: both ends of every dimension must be values.
func (s *Search) Check() error {
	switch {
	case s.Trials < 1:
		return fmt.Errorf("%w: the trials must be at least 1, got %d", ErrSpace, s.Trials)
	case len(s.Space) == 0:
		return fmt.Errorf("%w: it has no dimension", ErrSpace)
	case s.Finalists < 0 || s.Seeds < 0:
		return errors.New("experiment: finalists and their seeds must be at least 1")
	}
	for i := range s.Space {
		for _, end := range s.Space[i].ends() {
			if _, err := s.apply([]Value{{s.Space[i].Name, end}}, &s.Catalogs); err != nil {
				return fmt.Errorf("%w: %w", ErrSpace, err)
			}
		}
	}
	return nil
}

// train makes the runs of trials that the store lacks.
func (s *Search) train(ctx context.Context, trials []*Trial, epochs, seeds int, hash string) error {
	jobs := func(t *Trial) (list []job) {
		for i := range seeds {
			j := job{t.method(), t.Number - 1, t.settings}
			j.Epochs, j.DataHash, j.Seed = epochs, hash, t.settings.Seed+uint64(i)
			list = append(list, j)
		}
		return list
	}
	var all []job
	for _, t := range trials {
		for _, j := range jobs(t) {
			if !t.has(j.Key()) {
				all = append(all, j)
			}
		}
	}
	if err := s.runner.runAll(ctx, all); err != nil {
		return err
	}
	for _, t := range trials {
		t.Records = nil
		for _, j := range jobs(t) {
			t.Records = append(t.Records, s.Store.Find(j.Key()))
		}
	}
	return nil
}

// has reports whether a run is among the records.
func (t *Trial) has(key string) bool {
	return slices.ContainsFunc(t.Records, func(r *Record) bool { return r.Key == key })
}

// method names a trial in its records.
func (t *Trial) method() string { return fmt.Sprintf("trial %d", t.Number) }

// AUC returns the mean over the seeds of the validation part's AUC after the best epoch.
func (t *Trial) AUC() float64 { return stat.Mean(t.bests(), nil) }

// bests returns the AUC of the best epoch of each seed.
func (t *Trial) bests() (list []float64) {
	for _, r := range t.Records {
		list = append(list, float64(r.Best().ValidAUC))
	}
	return list
}

// TestAUC returns the mean over the seeds of the test part's AUC after the epoch that is the best one of the validation part.
func (t *Trial) TestAUC() float64 {
	var list []float64
	for _, r := range t.Records {
		list = append(list, float64(r.Best().TestAUC))
	}
	return stat.Mean(list, nil)
}

// Interval returns the ends of the 95% confidence interval of AUC over the seeds, by Student's t; NaN of a single seed.
func (t *Trial) Interval() (low, high float64) {
	list := t.bests()
	n := float64(len(list))
	if n < 2 {
		return math.NaN(), math.NaN()
	}
	mean, deviation := stat.MeanStdDev(list, nil)
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * deviation / math.Sqrt(n)
	return mean - half, mean + half
}
