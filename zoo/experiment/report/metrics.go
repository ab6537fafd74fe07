package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// MetricTable has the metrics of the test part besides those of every record, after the last epoch.
type MetricTable struct {
	Columns []string // a model and a metric
	Rows    []MetricRow
}

// MetricRow is a method with its figures, the means over the seeds; "" where there is none.
type MetricRow struct {
	Method  string
	Figures []string
}

// Metrics returns the table of the other metrics, nil if no run has any.
func (t *Table) Metrics() *MetricTable {
	names := t.metricNames()
	if len(names) == 0 {
		return nil
	}
	m := &MetricTable{}
	for _, model := range t.Models {
		for _, name := range names {
			m.Columns = append(m.Columns, model+" "+name)
		}
	}
	for _, method := range t.Methods {
		row := MetricRow{Method: method}
		for _, model := range t.Models {
			for _, name := range names {
				row.Figures = append(row.Figures, t.Cell(method, model).metric(name))
			}
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// metricNames lists the other metrics of all runs.
func (t *Table) metricNames() []string {
	names := map[string]bool{}
	for _, c := range t.Cells {
		if c == nil {
			continue
		}
		for _, r := range c.Runs {
			for name := range r.Last().Metrics {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// metric returns the mean of a metric over the runs that have it.
func (c *Cell) metric(name string) string {
	if c == nil {
		return ""
	}
	var values []float64
	for _, r := range c.Runs {
		if v, has := r.Last().Metrics[name]; has {
			values = append(values, float64(v))
		}
	}
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprintf("%.4f", stat.Mean(values, nil))
}

// markdown writes the table.
func (m *MetricTable) markdown(b *strings.Builder) {
	if m == nil {
		return
	}
	b.WriteString("\nOther metrics of the test part after the last epoch, mean over the seeds.\n\n")
	fmt.Fprintf(b, "| method | %s |\n|---|%s\n", strings.Join(m.Columns, " | "), strings.Repeat("---|", len(m.Columns)))
	for _, row := range m.Rows {
		fmt.Fprintf(b, "| %s | %s |\n", row.Method, strings.Join(row.Figures, " | "))
	}
}
