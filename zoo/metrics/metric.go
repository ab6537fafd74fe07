package metrics

import (
	"errors"
	"fmt"
	"slices"
)

// ErrMetric is wrapped by the error of a list of metrics that cannot be used.
var ErrMetric = errors.New("metrics: bad metric")

// Predictions are the logits of a model over a whole data set, and the labels (0 or 1) of the same samples.
type Predictions struct{ Logits, Labels []float32 }

// Goal says which values of a metric are better.
type Goal int

const (
	// NoGoal is of a metric by which no epoch is the best, such as calibration.
	NoGoal Goal = iota
	// Higher is of a metric such as AUC.
	Higher
	// Lower is of a metric such as log loss.
	Lower
)

// Metric judges predictions over a whole data set, never averaged by batch.
type Metric struct {
	Name     string // in snake case, as JSON and monitors have it: "auc"
	Title    string // as tables have it: "AUC"; "" means Name
	Goal     Goal   // default: NoGoal
	Decimals int    // in tables; 0 means 4
	// Measure returns the value, NaN where it does not exist.
	Measure func(Predictions) float64
}

// All lists the metrics of the zoo. A new one is a file and a line here.
func All() []Metric {
	return []Metric{
		auc(),
		logLoss(),
		calibration(),
	}
}

// Check finds metrics that cannot be used: without a name or a function, or two of one name.
func Check(list []Metric) error {
	for i, m := range list {
		switch {
		case m.Name == "" || m.Measure == nil:
			return fmt.Errorf("%w: metric %d (%q) needs a name and a function", ErrMetric, i, m.Name)
		case slices.Contains(reserved, m.Name):
			return fmt.Errorf("%w: the name %q is reserved", ErrMetric, m.Name)
		case slices.IndexFunc(list, func(o Metric) bool { return o.Name == m.Name }) < i:
			return fmt.Errorf("%w: two metrics have the name %q", ErrMetric, m.Name)
		}
	}
	return nil
}

// OrAll returns the list, or All if it is empty.
func OrAll(list []Metric) []Metric {
	if len(list) == 0 {
		return All()
	}
	return list
}

// Heading returns the title of a table's column.
func (m *Metric) Heading() string {
	if m.Title == "" {
		return m.Name
	}
	return m.Title
}

// Format writes a value as tables have it.
func (m *Metric) Format(v float64) string {
	decimals := m.Decimals
	if decimals == 0 {
		decimals = 4
	}
	return fmt.Sprintf("%.*f", decimals, v)
}
