package stream

import (
	"context"
	"math"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/drift"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// samplesAtOnce is how many samples of a day are evaluated at a time.
const samplesAtOnce = 4096

// evaluate measures a model on a day that it was not trained on.
func (s *Stream) evaluate(ctx context.Context, m *predict.Trained, d Day, r *Record) error {
	p, err := m.Predictor()
	if err != nil {
		return err
	}
	log, err := d.open(s.Schema.Format)
	if err != nil {
		return err
	}
	hours := newClock(s.Schema)
	rows := encode.ReadLog(ctx, m.Encoding, log, encode.RowOptions{
		Size: samplesAtOnce, Labelled: true, Keep: hours.columns(), SkipBadLines: s.Read.SkipBadLines,
	})
	var all metrics.Predictions
	for b, err := range rows {
		if err != nil {
			return err
		}
		from := len(all.Logits)
		all.Logits, all.Labels = append(all.Logits, b.Labels...), append(all.Labels, b.Labels...) // of logits only the room
		all.Weights = append(all.Weights, b.Weights...)
		if err := p.Logits(all.Logits[from:], &b.Batch); err != nil {
			return err
		}
		if err := hours.add(b, all.Logits[from:]); err != nil {
			return err
		}
	}
	r.setTest(metrics.Measure(all, s.Run.Metrics...))
	r.Hours = hours.figures()
	return nil
}

// read reads a day to memory, in an encoding that goes on from base, and counts its values beside those that before knows.
func (s *Stream) read(ctx context.Context, d Day, before, base *datasets.Encoding) (*datasets.Set, *drift.Day, error) {
	var known func(field int, value string) bool
	if before != nil {
		known = drift.Known(before)
	}
	counts := drift.NewDay(s.Schema, known)
	in := encode.Input{Schema: s.Schema, Files: rawlog.Files{Train: d.paths()}, Options: s.Read}
	in.Options.Base, in.Options.KeepWaiting = base, true
	in.Logs = func(context.Context, []string) (rawlog.Logs, error) {
		l, err := d.open(s.Schema.Format)
		if err != nil {
			return rawlog.Logs{}, err
		}
		return rawlog.Logs{Train: counts.Tap(l)}, nil
	}
	set, err := in.Open(ctx)
	return set, counts, err
}

// compare takes over how a day's values differ from those of the days before.
func (r *Record) compare(window *drift.Window, day *drift.Counts) error {
	figures, err := window.Compare(day)
	if err != nil {
		return err
	}
	r.UnknownShare = known(day.UnknownShare())
	for _, f := range figures {
		if !math.IsNaN(f.Unknown) {
			r.UnknownByField = with(r.UnknownByField, f.Field, f.Unknown)
		}
		if !math.IsNaN(f.PSI) {
			r.PSI = with(r.PSI, f.Field, f.PSI)
		}
	}
	return nil
}

func with(m map[string]float64, name string, v float64) map[string]float64 {
	if m == nil {
		m = map[string]float64{}
	}
	m[name] = v
	return m
}
