package experiment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime/debug"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// scores are the test logits after the last epoch.
type scores []float32

// perform makes one run. It calls onSamples, if not nil, with how many samples were trained since the last call.
func perform(ctx context.Context, s Settings, d *dataset, in *Catalogs, onSamples func(int)) (*Record, scores, error) {
	run, err := newRun(&s, d, in)
	if err != nil {
		return nil, nil, err
	}
	r := &Record{Key: s.Key(), Settings: s, Version: version(), Kernel: kernel.Name(), RareField: d.rareField, Rows: d.rows()}
	run.OnEpoch = func(e metrics.Epoch) error { return r.addEpoch(e, in.Metrics) }
	c := &curve{record: r, data: d, points: s.CurvePoints}
	count := counter(onSamples)
	run.OnStep = func(step train.Step) {
		count(step)
		c.step(step)
	}
	trainer, err := train.NewTrainer(run)
	if err != nil {
		return nil, nil, err
	}
	defer trainer.Free()
	c.evaluator = trainer.Evaluator()
	if _, err := trainer.Train(ctx); err != nil {
		return nil, nil, err
	}
	if c.err != nil {
		return nil, nil, c.err
	}
	p, err := trainer.Evaluator().Predict(d.Test.Batches(ctx, s.BatchSize, nil))
	if err != nil {
		return nil, nil, err
	}
	r.BucketAUC = bucketAUC(&p, d.groups)
	r.Calibration = calibration(&p, 10)
	return r, slices.Clone(p.Logits), nil
}

// newRun makes the run that settings say.
func newRun(s *Settings, d *dataset, in *Catalogs) (run train.Run, err error) {
	run = train.Run{
		Train: d.Train, Valid: d.Valid, Test: d.Test,
		BatchSize: s.BatchSize, Epochs: s.Epochs, Seed: s.Seed, Precision: s.Precision,
		Buckets: train.Buckets{Number: s.Buckets, Field: s.BucketField}, Diagnose: true,
		Metrics: slices.Concat(metrics.Default(), in.Metrics),
	}
	if err := s.Precision.Available(); err != nil { // the figures would be those of float32
		return run, fmt.Errorf("experiment: %w", err)
	}
	if run.Model, err = in.Models.New(s.Model, s.Hyperparameters); err != nil {
		return run, err
	}
	if run.Solver, err = s.newSolver(in, s.Seed); err != nil {
		return run, err
	}
	if run.EmbeddingInit, err = s.initializer(); err != nil {
		return run, err
	}
	if s.Patience > 0 {
		run.Monitor, run.Patience = metrics.ValidAUC, s.Patience
	}
	return run, s.course.apply(&run)
}

// counter returns what calls onSamples, if not nil, with the samples since the last step.
func counter(onSamples func(int)) func(train.Step) {
	previous := 0
	return func(step train.Step) {
		if onSamples != nil {
			onSamples(step.Samples - previous)
		}
		if previous = step.Samples; previous == step.Total {
			previous = 0
		}
	}
}

// diverged is the record of a run that had no end: none of its figures exists.
func diverged(s Settings) *Record {
	none := Figure(math.NaN())
	return &Record{Key: s.Key(), Settings: s, Version: version(), Kernel: kernel.Name(), Results: []Epoch{{
		TrainLoss: none, ValidAUC: none, ValidLogLoss: none, TestAUC: none, TestLogLoss: none, Calibration: none, EmbeddingNorm: none, Rademacher: none,
	}}}
}

func (r *Record) addEpoch(e metrics.Epoch, own []metrics.Metric) error {
	if e.Partial {
		return nil // the run ends, and is not recorded
	}
	result := Epoch{
		TrainLoss: Figure(e.TrainLoss), ValidAUC: Figure(e.Valid.AUC()), ValidLogLoss: Figure(e.Valid.LogLoss()),
		TestAUC: Figure(e.Test.AUC()), TestLogLoss: Figure(e.Test.LogLoss()), Calibration: Figure(e.Test.Calibration()),
		EmbeddingNorm: Figure(e.EmbeddingNorm), Rademacher: boundOf(e.Diagnostics),
		Buckets: e.Diagnostics.Buckets,
	}
	for _, m := range own {
		if result.Metrics == nil {
			result.Metrics = map[string]Figure{}
		}
		result.Metrics[m.Name] = Figure(e.Test.Value(m.Name))
	}
	r.Results = append(r.Results, result)
	r.Seconds += e.Seconds
	return nil
}

// boundOf returns the Rademacher bound, NaN if the model has none.
func boundOf(d *metrics.Diagnostics) Figure {
	if d.Rademacher == nil {
		return Figure(math.NaN())
	}
	return Figure(d.Rademacher.Bound)
}

// curve records a learning curve.
type curve struct {
	record    *Record
	data      *dataset
	points    int // in an epoch; 0 for none
	evaluator *predict.Evaluator
	recorded  int     // points of this epoch
	loss      float64 // sum since the last point
	steps     int     // since the last point
	err       error
}

func (c *curve) step(s train.Step) {
	c.loss += s.Loss
	c.steps++
	if c.err != nil || c.points == 0 || s.Samples*c.points < s.Total*(c.recorded+1) {
		return
	}
	var m metrics.Figures
	if m, c.err = c.evaluator.Evaluate(context.Background(), c.data.Test); c.err != nil {
		return
	}
	c.record.Curve = append(c.record.Curve, Point{s.Step, Figure(c.loss / float64(c.steps)), Figure(m.AUC())})
	c.loss, c.steps = 0, 0
	if c.recorded++; s.Samples == s.Total {
		c.recorded = 0
	}
}

// bucketAUC is the AUC of each group of samples, group 0 first.
func bucketAUC(p *metrics.Predictions, groups []uint8) []Figure {
	out := make([]Figure, rareBuckets+1)
	for g := range out {
		var of metrics.Predictions
		for i, group := range groups {
			if int(group) == g {
				of.Append(p, i)
			}
		}
		f := metrics.Measure(of)
		out[g] = Figure(f.AUC())
	}
	return out
}

// calibration divides the samples into n bins of as many samples each, by prediction.
func calibration(p *metrics.Predictions, n int) []Bin {
	order := make([]int, len(p.Logits))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p.Logits[a], p.Logits[b]) })
	bins := make([]Bin, n)
	for b := range bins {
		part := order[b*len(order)/n : (b+1)*len(order)/n]
		var weight float64
		for _, i := range part {
			weight += p.Weight(i)
		}
		for _, i := range part {
			bins[b].Prediction += graph.Sigmoid(float64(p.Logits[i])) * p.Weight(i) / weight
			bins[b].Label += float64(p.Labels[i]) * p.Weight(i) / weight
		}
	}
	return bins
}

// version is that of the module, as far as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	version := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			version = fmt.Sprintf("%s %s", version, s.Value[:min(12, len(s.Value))])
		}
	}
	return version
}
