package metrics

import (
	"fmt"
	"math"
	"strings"
)

// Monitor names the figure by which the best epoch of a run is found: "valid_" and the name of a metric that has a goal.
// Only figures of the validation part can be monitored: a test part that chose the epoch would no longer be a test.
type Monitor string

// Some monitors.
const (
	NoMonitor    Monitor = ""
	ValidAUC     Monitor = "valid_auc"     // higher is better
	ValidLogLoss Monitor = "valid_logloss" // lower is better
)

const validPrefix = "valid_"

// Monitors lists the monitors that a list of metrics offers.
func Monitors(list []Metric) []string {
	var names []string
	for _, m := range list {
		if m.Goal != NoGoal {
			names = append(names, validPrefix+m.Name)
		}
	}
	return names
}

// Check finds a monitor that none of the metrics offers.
func (m Monitor) Check(list []Metric) error {
	if m == NoMonitor || m.goal(list) != NoGoal {
		return nil
	}
	return fmt.Errorf("unknown monitor %q; known: %s", string(m), strings.Join(Monitors(list), ", "))
}

// goal returns that of the monitored metric.
func (m Monitor) goal(list []Metric) Goal {
	for _, metric := range list {
		if validPrefix+metric.Name == string(m) {
			return metric.Goal
		}
	}
	return NoGoal
}

// Of returns the monitored value of the figures of a validation part; NaN if it does not exist.
func (m Monitor) Of(valid *Figures) float64 {
	return valid.Value(strings.TrimPrefix(string(m), validPrefix))
}

// Score returns the monitored value by one of the metrics, negated if lower ones are better; NaN if it does not exist.
func (m Monitor) Score(valid *Figures, list []Metric) float64 {
	if m.goal(list) == Lower {
		return -m.Of(valid)
	}
	return m.Of(valid)
}

// Best returns the index of the best epoch, or evaluation within one, in a history by one of the metrics, the first of
// equals; -1 if there is none. Partial epochs do not count.
func (m Monitor) Best(history []Epoch, list []Metric) int {
	if m.goal(list) == NoGoal {
		return -1
	}
	best, highest := -1, math.Inf(-1)
	for i := range history {
		score := m.Score(history[i].Valid, list)
		if !history[i].Partial && !math.IsNaN(score) && (best < 0 || score > highest) {
			best, highest = i, score
		}
	}
	return best
}
