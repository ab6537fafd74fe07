package verify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Tolerance is the largest difference of two logits that counts as none: float32 is added up in another order.
const Tolerance = 1e-5

// Options are how much is compared.
type Options struct {
	Rows      int // samples at most; 0 means all
	BatchSize int // samples given to the runtime at a time; 0 means 256
}

// Report is what a comparison found.
type Report struct {
	Inputs      onnx.InputKind `json:"inputs"`
	Samples     int            `json:"samples"`
	Largest     float64        `json:"largest_difference"` // of two logits
	At          int            `json:"at"`                 // the sample with it, from 0 on
	Ours        float32        `json:"ours"`               // the logit of that sample
	Theirs      float32        `json:"theirs"`
	Probability float64        `json:"largest_difference_of_probabilities"`
}

// Equal says whether all logits are equal within Tolerance.
func (r *Report) Equal() bool { return r.Largest <= Tolerance }

// Files compares the ONNX model in a file with the model that it was made of, over raw samples.
func Files(ctx context.Context, path string, t *predict.Trained, logs []string, o Options) (*Report, error) {
	if ctx == nil || t == nil || t.Encoding == nil {
		return nil, errors.New("verify: there is no context or no model, or the model reads no raw samples")
	}
	in, err := checkedInputs(path, t)
	if err != nil {
		return nil, err
	}
	var keep []string
	for _, input := range in.List {
		if !slices.Contains(keep, input.Column) {
			keep = append(keep, input.Column)
		}
	}
	rows := encode.ReadRows(ctx, t.Encoding, logs, encode.RowOptions{Size: o.size(), Keep: keep})
	return compare(ctx, path, t, in, o, func(yield func(*sample, error) bool) {
		for r, err := range rows {
			s := &sample{}
			if err == nil {
				s.batch = r.Batch
				s.feed, err = feedOf(in, r, keep)
			}
			if !yield(s, err) {
				return
			}
		}
	})
}

// Batches compares the ONNX model in a file, whose inputs are ids, with the model that it was made of.
func Batches(ctx context.Context, path string, t *predict.Trained, batches iter.Seq2[*datasets.Batch, error], o Options) (*Report, error) {
	in, err := checkedInputs(path, t)
	if err != nil {
		return nil, err
	}
	if in.Kind != onnx.IDs {
		return nil, fmt.Errorf("verify: %s takes raw values, not ids", path)
	}
	return compare(ctx, path, t, in, o, func(yield func(*sample, error) bool) {
		for b, err := range batches {
			s := &sample{}
			if err == nil {
				s.batch, s.feed = *b, idFeed(in, b)
			}
			if !yield(s, err) {
				return
			}
		}
	})
}

func (o Options) size() int {
	size := o.BatchSize
	if size == 0 {
		size = 256
	}
	if o.Rows > 0 {
		size = min(size, o.Rows)
	}
	return size
}

// checkedInputs reads the inputs of a model, which must be those of t.
func checkedInputs(path string, t *predict.Trained) (*onnx.Inputs, error) {
	in, err := onnx.ReadInputs(path)
	if err != nil {
		return nil, err
	}
	want, err := onnx.InputsOf(t, in.Kind)
	if err != nil {
		return nil, err
	}
	for i := range max(len(want.List), len(in.List)) {
		if i >= len(in.List) || i >= len(want.List) || in.List[i].Name != want.List[i].Name || in.List[i].Columns != want.List[i].Columns {
			return nil, fmt.Errorf("verify: %s is of another model: its fields are not those of %s", path, t.Path)
		}
	}
	return in, nil
}

// sample is a batch, for us and for the runtime.
type sample struct {
	batch datasets.Batch
	feed  map[string]Tensor
}

func feedOf(in *onnx.Inputs, r *encode.Rows, keep []string) (map[string]Tensor, error) {
	if in.Kind == onnx.IDs {
		return idFeed(in, &r.Batch), nil
	}
	cells := make([][]string, r.Rows)
	for row := range cells {
		for _, input := range in.List {
			cells[row] = append(cells[row], r.Kept[row][slices.Index(keep, input.Column)])
		}
	}
	return rawFeed(in, cells)
}

func compare(ctx context.Context, path string, t *predict.Trained, in *onnx.Inputs, o Options, samples iter.Seq2[*sample, error]) (*Report, error) {
	p, err := t.Predictor()
	if err != nil {
		return nil, err
	}
	p.SetPrecision(graph.Float32) // as the runtime multiplies
	session, err := Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	defer session.Close()
	report := &Report{Inputs: in.Kind}
	for s, err := range samples {
		if err == nil {
			err = report.add(p, session, s, o.Rows)
		}
		if err != nil {
			return nil, fmt.Errorf("verify: after %d samples: %w", report.Samples, err)
		}
		if o.Rows > 0 && report.Samples >= o.Rows {
			break
		}
	}
	return report, nil
}

// add compares a batch, up to the most samples that are wanted in all; 0 means all.
func (r *Report) add(p *predict.Predictor, session *Session, s *sample, most int) error {
	logits := make([]float32, s.batch.Rows)
	if err := p.Logits(logits, &s.batch); err != nil {
		return err
	}
	theirs, err := session.Run(s.feed)
	if err != nil {
		return err
	}
	if len(theirs.Logits) != len(logits) || len(theirs.Probabilities) != len(logits) {
		return fmt.Errorf("the runtime gives %d logits of %d samples", len(theirs.Logits), len(logits))
	}
	if most > 0 {
		logits = logits[:min(len(logits), most-r.Samples)]
	}
	for i := range logits {
		difference := math.Abs(float64(logits[i]) - float64(theirs.Logits[i]))
		isFirst := r.Samples+i == 0
		if isFirst || !math.IsNaN(r.Largest) && !(difference <= r.Largest) { // the first that is NaN stays
			r.Largest, r.At, r.Ours, r.Theirs = difference, r.Samples+i, logits[i], theirs.Logits[i]
		}
		r.Probability = max(r.Probability, math.Abs(float64(predict.Probability(logits[i]))-float64(theirs.Probabilities[i])))
	}
	r.Samples += len(logits)
	return nil
}
