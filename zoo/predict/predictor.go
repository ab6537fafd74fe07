package predict

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// ErrFreed is the error of what needs weights whose memory was given back.
var ErrFreed = errors.New("zoo: the weights were freed")

// Predictor predicts clicks with trained weights. Any number of goroutines may use one at a time. It
// compiles networks as they are needed, and keeps them: once there are enough for the goroutines that
// predict at a time, a call allocates nothing.
type Predictor struct {
	model   zoo.Model
	fields  []graph.Field
	weights *graph.Weights

	precision graph.Precision

	lock sync.Mutex
	idle [len(predictorSizes)][]*predictorNetwork // by size
}

// predictorSizes are the batch sizes of networks. A batch goes through the smallest that holds it, or
// in parts through the largest. The results do not depend on it.
var predictorSizes = [...]int{1, 4, 16, 32, 64, 128, 256}

// predictorNetwork is a network and the part of a batch that goes through it.
type predictorNetwork struct {
	*zoo.Network
	part datasets.Batch
}

// NewPredictor makes a predictor of a model over its weights, whose memory it shares; of rows in bfloat16 it has a copy in float32.
// All rows are settled. The weights must
// not be trained while it is used.
func NewPredictor(m zoo.Model, fields []datasets.Field, w *graph.Weights) (*Predictor, error) {
	switch {
	case zoo.IsNil(m):
		return nil, errors.New("zoo: there is no model to predict with")
	case w == nil:
		return nil, errors.New("zoo: there are no weights to predict with")
	case w.Freed():
		return nil, ErrFreed
	}
	if err := checkWhole(w); err != nil {
		return nil, err
	}
	frozen, err := w.Frozen()
	if err != nil {
		return nil, err
	}
	p := &Predictor{model: m, fields: zoo.GraphFields(fields), weights: frozen}
	n, err := p.compile(0)
	if err != nil {
		return nil, err
	}
	for weight := range w.All() {
		if !n.Uses(weight.Name) {
			return nil, fmt.Errorf("zoo: the model %T has no weight %q", m, weight.Name)
		}
	}
	p.put(0, n)
	return p, nil
}

// checkWhole finds a table of which this process holds only some rows.
func checkWhole(w *graph.Weights) error {
	for weight := range w.All() {
		if weight.Table != nil && !weight.Table.Shard().IsWhole() {
			return fmt.Errorf("zoo: table %q is spread over %d ranks: load it from a checkpoint to predict", weight.Name, weight.Table.Shard().Size)
		}
	}
	return nil
}

// SetPrecision sets the precision of matrix products; see graph.Machine.SetPrecision. Default: graph.Float32. It must not be called
// while somebody predicts.
func (p *Predictor) SetPrecision(to graph.Precision) {
	p.precision = to
	for _, idle := range p.idle {
		for _, n := range idle {
			n.SetPrecision(to)
		}
	}
}

func (p *Predictor) compile(size int) (*predictorNetwork, error) {
	b := graph.NewBuilder(predictorSizes[size], p.fields, p.weights)
	b.Dropouts = rand.New(rand.NewPCG(0, 0)) // never drawn from: the mode is not training
	n, err := zoo.NewInferenceNetwork(p.model, b)
	if err != nil {
		return nil, err
	}
	n.SetPrecision(p.precision)
	return &predictorNetwork{Network: n}, nil
}

// Predict writes the click probability of every sample of the batch to dst, which must have room for
// them. The batch may have any number of samples; labels are not needed. An id out of range is an
// error that wraps graph.ErrID, weights that were freed are an ErrFreed, numbers so large that the result is NaN are one that wraps zoo.ErrNonFinite.
func (p *Predictor) Predict(dst []float32, batch *datasets.Batch) error {
	if err := p.Logits(dst, batch); err != nil {
		return err
	}
	for i, x := range dst[:batch.Rows] {
		dst[i] = Probability(x)
	}
	return nil
}

// Probability returns the click probability of a logit.
func Probability(logit float32) float32 { return float32(graph.Sigmoid(float64(logit))) }

// Logits is Predict without the sigmoid: the logarithms of the odds.
func (p *Predictor) Logits(dst []float32, batch *datasets.Batch) error {
	switch {
	case batch == nil:
		return errors.New("zoo: no batch to predict")
	case p.weights.Freed():
		return ErrFreed
	}
	if batch.Rows < 0 || len(dst) < batch.Rows {
		return fmt.Errorf("zoo: room for %d predictions of %d samples", len(dst), batch.Rows)
	}
	defer kernel.Claim()()
	size := 0
	for size < len(predictorSizes)-1 && predictorSizes[size] < batch.Rows {
		size++
	}
	n, err := p.take(size)
	if err != nil {
		return err
	}
	err = n.Check(batch)
	for from := 0; from < batch.Rows && err == nil; from += n.Size() {
		err = n.predict(dst, batch, from, min(batch.Rows, from+n.Size()))
	}
	p.put(size, n)
	return err
}

// Evaluate measures the model over labelled batches by each metric, of which none means metrics.Default.
func (p *Predictor) Evaluate(batches iter.Seq2[*datasets.Batch, error], list ...metrics.Metric) (metrics.Figures, error) {
	samples, err := newCollector(p.fields, list)
	if err != nil {
		return metrics.Figures{}, err
	}
	for batch, err := range batches {
		if err != nil {
			return metrics.Figures{}, err
		}
		if len(batch.Labels) != batch.Rows {
			return metrics.Figures{}, fmt.Errorf("zoo: evaluation: %d samples with %d labels", batch.Rows, len(batch.Labels))
		}
		done := len(samples.Logits)
		samples.Logits = append(samples.Logits, batch.Labels...) // room for as many
		if err := p.Logits(samples.Logits[done:], batch); err != nil {
			return metrics.Figures{}, err
		}
		samples.add(batch)
	}
	return samples.measure(), nil
}

// WarmUp compiles a network of every size and runs it, so that the first calls take no longer than later ones.
func (p *Predictor) WarmUp() error {
	for size := range predictorSizes {
		n, err := p.take(size)
		if err != nil {
			return err
		}
		ids, numbers := n.Columns()
		empty := &datasets.Batch{Rows: n.Size(), IDs: slices.Repeat([]int32{datasets.Absent}, n.Size()*ids), Numbers: make([]float32, n.Size()*numbers)}
		err = n.predict(make([]float32, n.Size()), empty, 0, n.Size())
		p.put(size, n)
		if err != nil {
			return err
		}
	}
	return nil
}

// predict predicts samples [from, to) of a batch.
func (n *predictorNetwork) predict(dst []float32, batch *datasets.Batch, from, to int) error {
	n.part.Rows = to - from
	ids, numbers := n.Columns()
	n.part.IDs = batch.IDs[from*ids : to*ids]
	n.part.Numbers = batch.Numbers[from*numbers : to*numbers]
	if err := n.Load(&n.part); err != nil {
		return err
	}
	if err := n.RunAll(); err != nil {
		return fmt.Errorf("zoo: samples %d to %d: %w", from, to-1, err)
	}
	copy(dst[from:to], n.Network.Logits())
	for i, x := range dst[from:to] {
		if math.IsNaN(float64(x)) {
			return fmt.Errorf("zoo: sample %d: %w: the prediction is NaN; its numbers may be too large", from+i, zoo.ErrNonFinite)
		}
	}
	return nil
}

// take gets a network that nobody uses.
func (p *Predictor) take(size int) (*predictorNetwork, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	idle := &p.idle[size]
	if last := len(*idle) - 1; last >= 0 {
		n := (*idle)[last]
		*idle = (*idle)[:last]
		return n, nil
	}
	return p.compile(size)
}

func (p *Predictor) put(size int, n *predictorNetwork) {
	p.lock.Lock()
	defer p.lock.Unlock()
	n.part = datasets.Batch{}
	p.idle[size] = append(p.idle[size], n)
}
