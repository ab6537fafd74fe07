package stream

import (
	"context"
	"iter"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// samplesAtOnce is how many samples of a day are evaluated at a time.
const samplesAtOnce = 4096

// evaluate measures a model on a day that it was not trained on, and the share of the day's values that it does not know, by
// field.
func evaluate(ctx context.Context, m *predict.Trained, paths []string, list []metrics.Metric) (metrics.Figures, map[string]float64, error) {
	p, err := m.Predictor()
	if err != nil {
		return metrics.Figures{}, nil, err
	}
	u := newUnknown(m)
	rows := encode.ReadRows(ctx, m.Encoding, paths, encode.RowOptions{Size: samplesAtOnce, Labelled: true})
	figures, err := p.Evaluate(u.watch(rows), list...)
	return figures, u.shares(), err
}

// unknown counts values, and those that a model does not know.
type unknown struct {
	fields      []datasets.Field
	values, not []int
}

func newUnknown(m *predict.Trained) *unknown {
	return &unknown{m.Fields, make([]int, len(m.Fields)), make([]int, len(m.Fields))}
}

// watch yields the batches of rows, and counts their values.
func (u *unknown) watch(rows iter.Seq2[*encode.Rows, error]) iter.Seq2[*datasets.Batch, error] {
	return func(yield func(*datasets.Batch, error) bool) {
		for r, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			u.count(&r.Batch)
			if !yield(&r.Batch, nil) {
				return
			}
		}
	}
}

func (u *unknown) count(b *datasets.Batch) {
	ids := b.IDs
	for range b.Rows {
		for i, f := range u.fields {
			n := f.Columns()
			for _, id := range ids[:n] {
				isAbsent := id == datasets.Absent
				if isAbsent && f.Kind == datasets.List {
					continue // a place beyond the end, or an unknown value that reads as nothing
				}
				u.values[i]++
				if id == 0 || isAbsent {
					u.not[i]++
				}
			}
			ids = ids[n:]
		}
	}
}

// shares returns the share of unknown values of each field that has values.
func (u *unknown) shares() map[string]float64 {
	shares := map[string]float64{}
	for i, f := range u.fields {
		if u.values[i] > 0 {
			shares[f.Name] = float64(u.not[i]) / float64(u.values[i])
		}
	}
	return shares
}
