package prom

import (
	"sync"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/prometheus/client_golang/prometheus"
)

// model has the metrics of a model at hand, so that a request need not look them up by their labels.
type model struct {
	samples              prometheus.Counter
	batches, predictions prometheus.Observer

	lock            sync.Mutex
	version         string // whose fields the counters are for
	values, unknown []prometheus.Counter
}

func (m *Metrics) model(name string) *model {
	m.lock.RLock()
	defer m.lock.RUnlock()
	return m.models[name]
}

// add makes the metrics of a model.
func (m *Metrics) add(name string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.models[name] == nil {
		m.models[name] = &model{
			samples: m.samples.WithLabelValues(name), batches: m.batches.WithLabelValues(name), predictions: m.predictions.WithLabelValues(name),
		}
	}
}

// observe counts the samples and values of a call.
func (o *model) observe(m *Metrics, c *serve.Call) {
	o.samples.Add(float64(c.Samples))
	o.batches.Observe(float64(c.Samples))
	for _, p := range c.Probabilities {
		o.predictions.Observe(float64(p))
	}
	values, unknown := o.counters(m, c)
	for i, n := range c.Values {
		if n > 0 {
			values[i].Add(float64(n))
			unknown[i].Add(float64(c.Unknown[i]))
		}
	}
}

// counters returns those of the fields of the version that answered.
func (o *model) counters(m *Metrics, c *serve.Call) (values, unknown []prometheus.Counter) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if o.version != c.Served {
		o.version, o.values, o.unknown = c.Served, nil, nil
		for _, f := range c.Fields {
			o.values = append(o.values, m.values.WithLabelValues(c.Model, f.Name))
			o.unknown = append(o.unknown, m.unknown.WithLabelValues(c.Model, f.Name))
		}
	}
	return o.values, o.unknown
}
