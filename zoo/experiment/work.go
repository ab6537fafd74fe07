package experiment

import "time"

// work measures what kinds of runs cost, so that the share of a grid that is done is one of time: a sample of one model takes
// many times as long as one of another.
type work map[kind]*effort

// kind is what the cost of a sample depends on.
type kind struct{ data, model, solver string }

func kindOf(s *Settings) kind { return kind{s.DataLabel(), s.Model, s.Solver} }

// effort is the work of a kind.
type effort struct {
	planned, trained int           // samples
	timed            int           // samples of the runs that have ended
	took             time.Duration // those runs
}

// of returns the effort of a kind.
func (w work) of(k kind) *effort {
	if w[k] == nil {
		w[k] = &effort{}
	}
	return w[k]
}

// end counts a run that has ended. One that stopped early leaves samples untrained, which need no work any more.
func (e *effort) end(untrained, trained int, took time.Duration) {
	e.planned -= untrained
	e.timed += trained
	e.took += took
}

// share returns the share of the planned work that is done, from 0 to 1. A kind of which no run has ended costs what the others
// cost on average.
func (w work) share() float64 {
	var all effort
	for _, e := range w {
		all.timed += e.timed
		all.took += e.took
	}
	var done, planned float64
	for _, e := range w {
		cost := e.cost(all.cost(1))
		done += cost * float64(e.trained)
		planned += cost * float64(e.planned)
	}
	if planned == 0 {
		return 1
	}
	return done / planned
}

// cost returns the nanoseconds that a sample takes, or another number if that is not known.
func (e *effort) cost(unknown float64) float64 {
	if e.timed == 0 {
		return unknown
	}
	return float64(e.took) / float64(e.timed)
}
