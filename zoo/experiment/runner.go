package experiment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo"
)

// Runner runs a grid.
type Runner struct {
	Grid  *Grid
	Store *Store
	// Open opens a data set of the grid by its name. It must have three parts.
	Open func(ctx context.Context, name string) (*datasets.Set, error)
	// Parallel is how many runs go side by side; 0 means 1. Results do not depend on it.
	Parallel int
	// OnProgress, if not nil, is called as runs go on, by one goroutine at a time.
	OnProgress func(Progress)

	keepsDiverged bool // a run that diverges is recorded, instead of an error that ends the others

	data     map[string]*dataset // by label
	lock     sync.Mutex
	progress Progress
	work     work
}

// Progress is how far a grid is.
type Progress struct {
	Runs, DoneRuns       int // the runs that the file held already count as done
	Samples, DoneSamples int // to train in this call, and trained
	// Share is that of the work of this call that is done, from 0 to 1, by the time that it takes.
	Share  float64
	Latest *Record
}

// job is one run to make.
type job struct {
	method string
	place  int // of the method in the grid
	Settings
}

// name gives the record of the run its name in a grid.
func (j *job) name(r *Record, grid string) { r.Grid, r.Method, r.MethodPlace = grid, j.method, j.place }

// Run makes the runs that the store lacks, and compares the best method of each model with the next
// one. When ctx ends it stops with the error of ctx; what has finished is in the store.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.openData(ctx); err != nil {
		return err
	}
	jobs := r.jobs()
	r.plan(jobs)
	if err := r.runAll(ctx, jobs); err != nil {
		return err
	}
	return r.compare()
}

// Planned counts the runs of a data set, a model and a method.
type Planned struct {
	Data, Model, Method string // Data is the name of the data set and what is left out of it
	Recorded, Left      int    // the runs that the store holds, and those that Run would make
}

// DryRun counts the runs of the grid, in its order, and makes none. It opens the data, by which records are found.
func (r *Runner) DryRun(ctx context.Context) (list []Planned, err error) {
	if err := r.openData(ctx); err != nil {
		return nil, err
	}
	r.Grid.each(func(d Data, model string, m *Method) {
		p := Planned{Data: d.Label(), Model: model, Method: m.Name}
		for _, run := range r.runsOf(d, model, m) {
			if run == nil {
				p.Left++
			} else {
				p.Recorded++
			}
		}
		list = append(list, p)
	})
	return list, nil
}

// openData opens all data sets of the grid.
func (r *Runner) openData(ctx context.Context) error {
	r.data, r.work = map[string]*dataset{}, work{}
	for _, d := range r.Grid.Data {
		set, err := r.Open(ctx, d.Name)
		if err != nil {
			return fmt.Errorf("experiment: data set %q: %w", d.Name, err)
		}
		if r.data[d.Label()], err = prepare(ctx, d.Name, set, &d.Ablation, d.BucketField); err != nil {
			return err
		}
	}
	return nil
}

// jobs lists all runs: of every candidate with every seed, one seed after the other.
func (r *Runner) jobs() (list []job) {
	for _, seed := range r.Grid.Seeds {
		r.Grid.each(func(d Data, model string, m *Method) {
			list = append(list, r.candidates(d, model, m, seed)...)
		})
	}
	return list
}

// each calls f for every data set, model and method.
func (g *Grid) each(f func(d Data, model string, m *Method)) {
	for _, d := range g.Data {
		for _, model := range g.Models {
			for i := range g.Methods {
				f(d, model, &g.Methods[i])
			}
		}
	}
}

// candidates are the runs of all candidates of a method with one seed.
func (r *Runner) candidates(d Data, model string, m *Method, seed uint64) []job {
	settings, err := r.Grid.settings(d, model, m, seed)
	if err != nil {
		panic(err) // the grid was checked
	}
	var list []job
	for _, s := range settings {
		s.DataHash = r.data[d.Label()].hash
		list = append(list, job{m.Name, m.place, s})
	}
	return list
}

// runsOf finds the runs of all candidates of a method with all seeds in the store; nil for one that is not there.
func (r *Runner) runsOf(d Data, model string, m *Method) (all []*Record) {
	for _, seed := range r.Grid.Seeds {
		for _, j := range r.candidates(d, model, m, seed) {
			all = append(all, r.Store.Find(j.Key()))
		}
	}
	return all
}

// plan counts what is to be done.
func (r *Runner) plan(jobs []job) {
	r.progress.Runs = len(jobs)
	for _, j := range jobs {
		if r.Store.Find(j.Key()) == nil {
			r.planRun(&j.Settings)
		}
	}
}

// planRun counts one run that is to be made.
func (r *Runner) planRun(s *Settings) {
	samples := r.samples(s)
	r.progress.Samples += samples
	r.work.of(kindOf(s)).planned += samples
}

// samples returns how many samples a run trains, at most.
func (r *Runner) samples(s *Settings) int { return r.data[s.DataLabel()].Train.Len() * s.Epochs }

// runAll makes the runs that the store lacks, side by side.
func (r *Runner) runAll(ctx context.Context, jobs []job) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	queue := make(chan job)
	var workers sync.WaitGroup
	for range max(1, r.Parallel) {
		workers.Go(func() {
			for j := range queue {
				if err := r.run(ctx, j); err != nil {
					cancel(fmt.Errorf("experiment: %s, %s, %s, seed %d: %w", j.DataLabel(), j.Model, j.method, j.Seed, err))
				}
			}
		})
	}
	for _, j := range jobs {
		if known := r.Store.Find(j.Key()); known != nil {
			if err := r.Store.label(known, r.Grid.Title, &j); err != nil {
				cancel(err)
			}
			r.tell(func(p *Progress) { p.DoneRuns++ })
			continue
		}
		select {
		case queue <- j:
		case <-ctx.Done():
		}
	}
	close(queue)
	workers.Wait()
	return context.Cause(ctx)
}

func (r *Runner) run(ctx context.Context, j job) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	began, trained := time.Now(), 0
	record, scores, err := perform(ctx, j.Settings, r.data[j.DataLabel()], &r.Grid.Catalogs, func(samples int) {
		trained += samples
		r.tell(func(p *Progress) { p.DoneSamples += samples; r.work.of(kindOf(&j.Settings)).trained += samples })
	})
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return ctx.Err()
	}
	if r.keepsDiverged && errors.Is(err, zoo.ErrNonFinite) {
		record, err = diverged(j.Settings), nil
	}
	if err != nil {
		return err
	}
	j.name(record, r.Grid.Title)
	if err := r.Store.keepScores(record.Key, scores); err != nil {
		return err
	}
	if err := r.Store.Add(record); err != nil {
		return err
	}
	r.tell(func(p *Progress) {
		p.DoneRuns, p.Latest = p.DoneRuns+1, record
		r.work.of(kindOf(&j.Settings)).end(r.samples(&j.Settings)-trained, trained, time.Since(began))
	})
	return nil
}

// tell changes the progress and tells it.
func (r *Runner) tell(change func(*Progress)) {
	r.lock.Lock()
	defer r.lock.Unlock()
	change(&r.progress)
	r.progress.Share = r.work.share()
	if r.OnProgress != nil {
		r.OnProgress(r.progress)
	}
}
