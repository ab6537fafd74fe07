package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// PredictBenchmark measures calls of predict.Predictor on random samples; see StepBenchmark for how
// ids are drawn.
type PredictBenchmark struct {
	Model     zoo.Model // required
	BatchSize int       // samples in a call; 0 means 1
	Callers   int       // goroutines that call at a time; 0 means 1
	Fields    int       // 0 means 24
	Rows      int       // of the table, over all fields; 0 means 1,000,000
	History   int       // see StepBenchmark
	Seconds   float64   // how long to measure; 0 means 1
	Precision graph.Precision
}

// PredictFigures is what a PredictBenchmark measures.
type PredictFigures struct {
	BatchSize            int     `json:"batch_size"`
	Precision            string  `json:"precision"` // of matrix products, as they were computed
	Callers              int     `json:"callers"`
	Calls                int     `json:"calls"`
	Median               float64 `json:"p50_us"` // microseconds of a call
	P99                  float64 `json:"p99_us"`
	PredictionsPerSecond float64 `json:"predictions_per_second"` // of all callers
	AllocatedBytes       float64 `json:"alloc_bytes"`            // by a call, on average
}

// Run measures. It stops early with the error of ctx when ctx ends.
func (b PredictBenchmark) Run(ctx context.Context) (*PredictFigures, error) {
	b = b.withDefaults()
	t, err := b.Trained()
	if err != nil {
		return nil, err
	}
	defer t.Weights.Free()
	p, err := t.Predictor()
	if err != nil {
		return nil, err
	}
	batches := b.Batches()
	took := make([][]time.Duration, b.Callers)
	for i := range took {
		took[i] = make([]time.Duration, 0, maxCalls)
	}
	if err := b.call(ctx, p, batches, 0.1*b.Seconds, took); err != nil { // to compile and to warm up
		return nil, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := b.call(ctx, p, batches, b.Seconds, took); err != nil {
		return nil, err
	}
	total := time.Since(start).Seconds()
	runtime.ReadMemStats(&after)
	all := slices.Concat(took...)
	if len(all) == 0 {
		return nil, fmt.Errorf("%w of %v seconds: not one call ends in them", ErrBenchmark, b.Seconds)
	}
	slices.Sort(all)
	microseconds := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	return &PredictFigures{
		BatchSize: b.BatchSize, Precision: b.Precision.InUse().String(), Callers: b.Callers, Calls: len(all),
		Median: microseconds(all[len(all)/2]), P99: microseconds(all[len(all)*99/100]),
		PredictionsPerSecond: float64(len(all)*b.BatchSize) / total,
		AllocatedBytes:       float64(after.TotalAlloc-before.TotalAlloc) / float64(len(all)),
	}, nil
}

func (b PredictBenchmark) withDefaults() PredictBenchmark {
	b.BatchSize, b.Callers = cmp.Or(b.BatchSize, 1), cmp.Or(b.Callers, 1)
	b.Fields, b.Rows, b.Seconds = cmp.Or(b.Fields, 24), cmp.Or(b.Rows, 1_000_000), cmp.Or(b.Seconds, 1)
	return b
}

func (b PredictBenchmark) shape() shape { return shape{b.Fields, b.Rows / b.Fields, b.History} }

// check finds settings that cannot be measured.
func (b PredictBenchmark) check() error {
	if b.Model == nil || b.BatchSize < 1 || b.Callers < 1 || b.Fields < 1 || b.Rows < b.Fields {
		return fmt.Errorf("%w of %d callers, %d samples with %d fields and %d rows", ErrBenchmark, b.Callers, b.BatchSize, b.Fields, b.Rows)
	}
	return nil
}

// Batches returns the 64 batches that are predicted in turn. Every call draws the same. There are none of settings that Run refuses.
func (b PredictBenchmark) Batches() []*datasets.Batch {
	b = b.withDefaults()
	if b.check() != nil {
		return nil
	}
	return b.shape().batches(64, b.BatchSize)
}

// Trained returns the model with weights as if it were trained. Every call draws the same; the caller frees them.
func (b PredictBenchmark) Trained() (*predict.Trained, error) {
	b = b.withDefaults()
	if err := b.check(); err != nil {
		return nil, err
	}
	fields := b.shape().list()
	weights := graph.NewWeights(rand.New(rand.NewPCG(1, 1)))
	builder := graph.NewBuilder(1, zoo.GraphFields(fields), weights)
	builder.Dropouts = rand.New(rand.NewPCG(1, 2))
	builder.EmbeddingInit = graph.Normal(0.1)                            // so that predictions differ
	if _, err := zoo.NewInferenceNetwork(b.Model, builder); err != nil { // which makes the weights
		weights.Free()
		return nil, err
	}
	return &predict.Trained{Model: b.Model, Fields: fields, Weights: weights, Precision: b.Precision}, nil
}

// maxCalls is how many times of calls each caller keeps.
const maxCalls = 1 << 20

// call lets all callers call for some time, and keeps how long each call took.
func (b PredictBenchmark) call(ctx context.Context, p *predict.Predictor, batches []*datasets.Batch, seconds float64, took [][]time.Duration) error {
	var wait sync.WaitGroup
	errs := make([]error, b.Callers)
	for caller := range b.Callers {
		wait.Go(func() {
			out, times, begin := make([]float32, b.BatchSize), took[caller][:0], time.Now()
			for i := caller; time.Since(begin).Seconds() < seconds && len(times) < maxCalls && errs[caller] == nil; i++ {
				start := time.Now()
				errs[caller] = errors.Join(p.Predict(out, batches[i%len(batches)]), ctx.Err())
				times = append(times, time.Since(start))
			}
			took[caller] = times
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
