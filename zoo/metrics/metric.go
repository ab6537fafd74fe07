package metrics

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrMetric is wrapped by the error of a list of metrics that cannot be used.
var ErrMetric = errors.New("metrics: bad metric")

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
	Field    string // the categorical field whose ids Measure finds in Predictions.Groups; "": none
	Detail   bool   // a count that JSON has and tables have not
	// Measure returns the value, NaN where it does not exist.
	Measure func(Predictions) float64
}

// Default lists the metrics that are measured where none are chosen.
func Default() []Metric {
	return []Metric{
		auc(),
		logLoss(),
		calibration(),
	}
}

// All lists the metrics of the zoo, but for the grouped AUC, of which there is one for each field. A new one is a file and
// a line here.
func All() []Metric {
	return append(Default(),
		prAUC(),
		normalizedEntropy(),
		expectedCalibrationError(),
	)
}

// groupedPrefix begins the choice of a grouped AUC, before the name of a field.
const groupedPrefix = "gauc:"

// Choose returns the metrics of a list of choices: the names of All and of own ones, and "gauc:" with the name of a field
// for the AUC within the groups of its values.
func Choose(choices []string, own ...Metric) ([]Metric, error) {
	known := append(All(), own...)
	var list []Metric
	for _, choice := range choices {
		if field, isGrouped := strings.CutPrefix(choice, groupedPrefix); isGrouped && field != "" {
			list = append(list, groupedAUC(field)...)
			continue
		}
		at := slices.IndexFunc(known, func(m Metric) bool { return m.Name == choice })
		if at < 0 {
			return nil, fmt.Errorf("%w: unknown metric %q; known: %s, %sFIELD", ErrMetric, choice, strings.Join(names(known), ", "), groupedPrefix)
		}
		list = append(list, known[at])
	}
	return list, Check(list)
}

func names(list []Metric) []string {
	var all []string
	for _, m := range list {
		all = append(all, m.Name)
	}
	return all
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

// OrDefault returns the list, or Default if it is empty.
func OrDefault(list []Metric) []Metric {
	if len(list) == 0 {
		return Default()
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

// Format writes a value as tables have it: a count without decimals, and a dash for one that does not exist.
func (m *Metric) Format(v float64) string {
	decimals := m.Decimals
	switch {
	case v != v:
		return "-"
	case m.Detail:
		decimals = 0
	case decimals == 0:
		decimals = 4
	}
	return fmt.Sprintf("%.*f", decimals, v)
}
