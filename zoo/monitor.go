package zoo

import (
	"errors"
	"fmt"
	"math"
)

// Monitor names the figure by which the best epoch of a run is found.
type Monitor string

// The figures of the validation part. Those of the test part would no longer be a test.
const (
	NoMonitor    Monitor = ""
	ValidAUC     Monitor = "valid_auc"     // the higher, the better
	ValidLogLoss Monitor = "valid_logloss" // the lower, the better
)

func (m Monitor) check(r *Run) error {
	switch {
	case m != NoMonitor && m != ValidAUC && m != ValidLogLoss:
		return fmt.Errorf("unknown monitor %q; known: %s, %s", m, ValidAUC, ValidLogLoss)
	case m != NoMonitor && r.Valid == nil:
		return fmt.Errorf("monitor %s needs a validation part", m)
	case m == NoMonitor && r.Patience > 0:
		return errors.New("patience needs a monitor")
	}
	return nil
}

// score is the figure of an epoch, made so that higher is better.
func (m Monitor) score(e *Epoch) float64 {
	switch {
	case e.Valid == nil:
		return math.NaN()
	case m == ValidLogLoss:
		return -e.Valid.LogLoss
	default:
		return e.Valid.AUC
	}
}

// Best is the place of the best epoch in a history, the first of equals; -1 if there is none. Partial
// epochs do not count.
func (m Monitor) Best(history []Epoch) int {
	best := -1
	for i := range history {
		score := m.score(&history[i])
		if m == NoMonitor || history[i].Partial || math.IsNaN(score) {
			continue
		}
		if best < 0 || score > m.score(&history[best]) {
			best = i
		}
	}
	return best
}

// StoppedEarly says whether the run has ended because more epochs than its patience allows were no
// better than the best one.
func (t *Trainer) StoppedEarly() bool {
	if t.run.Monitor == NoMonitor || t.run.Patience == 0 {
		return false
	}
	return len(t.history)-1-t.run.Monitor.Best(t.history) >= t.run.Patience
}
