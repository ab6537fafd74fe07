package predict

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// collector collects the predictions of a pass, with what its metrics know of each sample.
type collector struct {
	metrics []metrics.Metric
	grouped []groupColumn
	metrics.Predictions
}

// groupColumn is a field by which a metric groups, and its place among the ids of a sample.
type groupColumn struct {
	field  string
	column int
}

// newCollector returns an error, which wraps metrics.ErrMetric, if a metric groups by what is no categorical field.
func newCollector(fields []graph.Field, list []metrics.Metric) (*collector, error) {
	c := &collector{metrics: list, Predictions: metrics.Predictions{Groups: map[string][]int32{}}}
	for _, m := range list {
		if _, known := c.Groups[m.Field]; m.Field == "" || known {
			continue
		}
		column, err := columnOf(fields, m.Field)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", metrics.ErrMetric, m.Name, err)
		}
		c.Groups[m.Field] = nil
		c.grouped = append(c.grouped, groupColumn{m.Field, column})
	}
	return c, nil
}

// columnOf returns the place of a categorical field among the ids of a sample.
func columnOf(fields []graph.Field, name string) (int, error) {
	column := 0
	var categorical []string
	for _, f := range fields {
		switch {
		case f.Name == name && f.Kind == graph.Categorical:
			return column, nil
		case f.Name == name:
			return 0, fmt.Errorf("field %q is no category: a sample has no one value of it to group by", name)
		case f.Kind == graph.Categorical:
			categorical = append(categorical, f.Name)
			column++
		case f.Kind == graph.List:
			column += f.Length
		}
	}
	return 0, fmt.Errorf("there is no field %q; categorical fields: %s", name, strings.Join(categorical, ", "))
}

// clear forgets the samples.
func (c *collector) clear() {
	c.Logits, c.Labels, c.Weights = c.Logits[:0], c.Labels[:0], c.Weights[:0]
	for field, ids := range c.Groups {
		c.Groups[field] = ids[:0]
	}
}

// add adds the samples of a batch without their logits.
func (c *collector) add(batch *datasets.Batch) {
	c.Labels = append(c.Labels, batch.Labels[:batch.Rows]...)
	c.Weights = append(c.Weights, batch.Weights...)
	for _, g := range c.grouped {
		ids := c.Groups[g.field]
		for row := range batch.Rows {
			ids = append(ids, batch.IDs[row*len(batch.IDs)/batch.Rows+g.column])
		}
		c.Groups[g.field] = ids
	}
}

// measure returns the figures of all samples.
func (c *collector) measure() metrics.Figures { return metrics.Measure(c.Predictions, c.metrics...) }
