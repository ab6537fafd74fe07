package serving

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo"
)

// Benchmark measures a server on loopback, as fast as it goes and at a fixed rate. The callers run in the same process, on the
// same cores.
type Benchmark struct {
	Model   zoo.Model // required
	Rows    int       // of the tables, over 24 fields; 0 means 1,000,000
	Samples []int     // candidates of one user in a request; nil means 1 and 100
	Callers int       // connections, each with one request at a time; 0 means 4
	Seconds float64   // of a measurement; 0 means 1
	Rounds  int       // in which all kinds of requests are measured in turns; the best counts; 0 means 3
	Rate    float64   // requests a second of the fixed rate; 0 means half of the highest
}

// Figures are those of a kind of requests.
type Figures struct {
	Kind              string  `json:"kind"`
	Samples           int     `json:"samples"`
	Rate              float64 `json:"rate,omitempty"` // at which requests were sent; absent: as fast as they go
	Requests          int     `json:"requests"`
	RequestsPerSecond float64 `json:"requests_per_second"`
	SamplesPerSecond  float64 `json:"samples_per_second"`
	Median            float64 `json:"p50_us"` // microseconds
	P99               float64 `json:"p99_us"`
	P999              float64 `json:"p999_us"`
	CPU               float64 `json:"cpu_us"`                 // microseconds of the processors for a request, of caller and server together
	OfConstant        float64 `json:"of_constant,omitempty"`  // the rate, divided by that of the constant handler
	OfPredictor       float64 `json:"of_predictor,omitempty"` // the rate, divided by that of the predictor alone
}

// ErrBenchmark is wrapped by the error of a Benchmark that makes no sense.
var ErrBenchmark = errors.New("zoo: a benchmark of a server needs a model, rows, samples, callers, time and rounds above 0")

func (b Benchmark) withDefaults() (Benchmark, error) {
	b.Rows, b.Callers, b.Seconds, b.Rounds = cmp.Or(b.Rows, 1_000_000), cmp.Or(b.Callers, 4), cmp.Or(b.Seconds, 1), cmp.Or(b.Rounds, 3)
	if b.Samples == nil {
		b.Samples = []int{1, 100}
	}
	if b.Model == nil || b.Rows < 2*fields || b.Rows > math.MaxInt32 || b.Callers < 1 || !(b.Seconds > 0) || b.Rounds < 1 || b.Rate < 0 ||
		len(b.Samples) == 0 || slices.Min(b.Samples) < 1 {
		return b, fmt.Errorf("%w: got %+v", ErrBenchmark, b)
	}
	return b, nil
}

// Run measures. It stops early with the error of ctx when ctx ends.
func (b Benchmark) Run(ctx context.Context) ([]Figures, error) {
	b, err := b.withDefaults()
	if err != nil {
		return nil, err
	}
	bed, err := newBed(b.Model, b.Rows)
	if err != nil {
		return nil, err
	}
	defer bed.close()
	var all []Figures
	for _, samples := range b.Samples {
		targets, err := bed.targets(samples, b.Rows)
		if err != nil {
			return nil, err
		}
		figures, err := b.measure(ctx, targets)
		if err != nil {
			return nil, err
		}
		all = append(all, figures...)
	}
	return all, nil
}

// measure measures targets as fast as they go, in turns, and then all but the predictor at a fixed rate.
func (b Benchmark) measure(ctx context.Context, targets []*target) ([]Figures, error) {
	best, err := b.fastest(ctx, targets)
	if err != nil {
		return nil, err
	}
	var all []Figures
	for i, t := range targets {
		f := newFigures(t, best[i], 0)
		f.OfConstant = best[i].perSecond() / best[0].perSecond()
		f.OfPredictor = best[i].perSecond() / best[len(best)-1].perSecond()
		all = append(all, f)
	}
	for i, t := range targets[:len(targets)-1] {
		rate := cmp.Or(b.Rate, best[i].perSecond()/2)
		l, err := b.load(rate).run(ctx, t)
		if err != nil {
			return nil, err
		}
		all = append(all, newFigures(t, l, rate))
	}
	return all, nil
}

// fastest returns the best measurement of each target.
func (b Benchmark) fastest(ctx context.Context, targets []*target) ([]*latencies, error) {
	best := make([]*latencies, len(targets))
	for round := range b.Rounds {
		for i, t := range targets {
			l, err := b.load(0).run(ctx, t)
			if err != nil {
				return nil, err
			}
			if round == 0 || l.perSecond() > best[i].perSecond() {
				best[i] = l
			}
		}
	}
	return best, nil
}

func (b Benchmark) load(rate float64) load {
	return load{callers: b.Callers, rate: rate, duration: time.Duration(b.Seconds * float64(time.Second))}
}

func newFigures(t *target, l *latencies, rate float64) Figures {
	return Figures{
		Kind: t.kind, Samples: t.samples, Rate: rate, Requests: len(l.sorted),
		RequestsPerSecond: l.perSecond(), SamplesPerSecond: l.perSecond() * float64(t.samples),
		Median: l.quantile(0.5), P99: l.quantile(0.99), P999: l.quantile(0.999),
		CPU: float64(l.cpu) / float64(time.Microsecond) / float64(len(l.sorted)),
	}
}
