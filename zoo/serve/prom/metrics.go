package prom

import (
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics is a serve.Observer that keeps metrics. Their names begin with ctrzoo_.
type Metrics struct {
	registry prometheus.Registerer

	requests, rejected                 *prometheus.CounterVec
	seconds, stages                    *prometheus.HistogramVec
	samples, values, unknown, failures *prometheus.CounterVec
	batches, predictions               *prometheus.HistogramVec
	info, loaded                       *prometheus.GaugeVec

	lock   sync.RWMutex
	models map[string]*model // that were ever loaded
}

// New registers the metrics. It panics if they are registered already, as prometheus.Registerer.MustRegister does.
func New(r prometheus.Registerer) *Metrics {
	m := &Metrics{registry: r, models: map[string]*model{}}
	m.requests = m.counter("requests_total", "Requests, by how they ended: ok, or the kind of error.", "protocol", "model", "code")
	m.rejected = m.counter("rejected_total", "Requests that were beyond a limit, or came while no model was loaded.", "reason")
	m.seconds = m.histogram("request_duration_seconds", "Time of a request.", times, "protocol", "model")
	m.stages = m.histogram("stage_duration_seconds", "Time of a stage of a request: decode, encode, predict, write.", times, "stage")
	m.samples = m.counter("samples_total", "Samples that were predicted.", "model")
	m.batches = m.histogram("batch_samples", "Samples of a request.", prometheus.ExponentialBuckets(1, 2, 15), "model")
	m.predictions = m.histogram("prediction", "Probabilities that were predicted.", probabilities, "model")
	m.values = m.counter("values_total", "Values of fields.", "model", "field")
	m.unknown = m.counter("unknown_values_total", "Values of fields that have no row of their own.", "model", "field")
	m.failures = m.counter("load_failures_total", "Versions that could not be loaded.", "model")
	m.info = m.gauge("model_info", "1 for the version that is served.", "model", "version", "solver")
	m.loaded = m.gauge("model_loaded_timestamp_seconds", "When the version that is served was loaded, since 1970.", "model")
	return m
}

var (
	times         = prometheus.ExponentialBuckets(50e-6, 2, 16)
	probabilities = []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}
)

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ctrzoo_" + name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "ctrzoo_" + name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "ctrzoo_" + name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(v)
	return v
}

// Watch adds what only the server itself knows: how many requests are at work.
func (m *Metrics) Watch(s *serve.Server) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "ctrzoo_requests_in_flight", Help: "Requests at work."},
		func() float64 { return float64(s.AtWork()) }))
}

// Answered counts a request.
func (m *Metrics) Answered(c *serve.Call, err error) {
	of := m.model(c.Model)
	name, code := c.Model, "ok"
	if of == nil {
		name = "" // not a name that a client made up
	}
	if err != nil {
		code = serve.KindOf(err).String()
		switch code {
		case serve.TooLarge.String(), serve.Busy.String(), serve.Unavailable.String(), serve.TooSlow.String():
			m.rejected.WithLabelValues(code).Inc()
		}
	}
	m.requests.WithLabelValues(c.Protocol, name, code).Inc()
	m.seconds.WithLabelValues(c.Protocol, name).Observe(c.Times.Written.Sub(c.Times.Start).Seconds())
	if err != nil || of == nil {
		return
	}
	m.observeStages(&c.Times)
	of.observe(m, c)
}

func (m *Metrics) observeStages(t *serve.Times) {
	for _, s := range [...]struct {
		name     string
		from, to time.Time
	}{{"decode", t.Start, t.Decoded}, {"encode", t.Decoded, t.Encoded}, {"predict", t.Encoded, t.Predicted}, {"write", t.Predicted, t.Written}} {
		m.stages.WithLabelValues(s.name).Observe(s.to.Sub(s.from).Seconds())
	}
}

// Changed keeps which version is served.
func (m *Metrics) Changed(s serve.Status, err error) {
	m.add(s.Name)
	if err != nil {
		m.failures.WithLabelValues(s.Name).Inc()
		return
	}
	m.info.DeletePartialMatch(prometheus.Labels{"model": s.Name})
	m.loaded.DeleteLabelValues(s.Name)
	if s.Ready() {
		m.info.WithLabelValues(s.Name, s.Version, s.Solver).Set(1)
		m.loaded.WithLabelValues(s.Name).Set(float64(s.Loaded.UnixMilli()) / 1e3)
	}
}
