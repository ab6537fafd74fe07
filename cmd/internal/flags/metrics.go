package flags

import (
	"fmt"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/spf13/pflag"
)

// Metrics holds the flag of the metrics of a command.
type Metrics struct {
	catalogs *Catalogs
	choices  []string
}

// AddMetrics adds the flag --metrics.
func AddMetrics(f *pflag.FlagSet, c *Catalogs) *Metrics {
	m := &Metrics{catalogs: c}
	f.StringSliceVar(&m.choices, "metrics", nil, "what to measure: "+c.MetricNames()+", and gauc:FIELD, the AUC within the samples of each value of a field; default: "+names(c.Metrics))
	return m
}

// List returns the metrics that were chosen, or those of the program.
func (m *Metrics) List() ([]metrics.Metric, error) {
	if len(m.choices) == 0 {
		return m.catalogs.Metrics, nil
	}
	list, err := metrics.Choose(m.choices, m.catalogs.own.Metrics...)
	if err != nil {
		return nil, fmt.Errorf("--metrics: %w", err)
	}
	return list, nil
}
