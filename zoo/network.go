package zoo

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/graph"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Network is the compiled graph of a model for batches of up to a given size. Networks of
// different sizes may share their weights. A network serves one goroutine at a time.
type Network struct {
	builder *graph.Builder
	machine *graph.Machine
	logits  *gorgonia.Node
	loss    *gorgonia.Node
	inputs  inputs
	samples int // real samples of the batch that is loaded
}

// inputs are the backing slices of the input nodes.
type inputs struct {
	ids             []int32
	numbers         []float32
	labels, weights []float32
	columns, width  int // id columns and numbers of a sample
}

// NewTrainingNetwork compiles logit, loss and the gradient of every weight.
func NewTrainingNetwork(m Model, b *graph.Builder) (*Network, error) {
	n, err := newNetwork(m, b)
	if err != nil {
		return nil, err
	}
	cost := b.Cost(n.loss)
	if err := b.Err(); err != nil {
		return nil, err
	}
	grads, err := gradients(cost, b.Learnables())
	if err != nil {
		return nil, fmt.Errorf("zoo: gradient of the loss: %w", err)
	}
	if err := b.CheckMemory(); err != nil {
		return nil, err
	}
	n.machine, err = graph.NewSharingMachine(append(gorgonia.Nodes{n.loss, n.logits}, grads...)...)
	return n, err
}

// oneGrad lets one goroutine at a time derive gradients: Gorgonia shares a node between all graphs of a program, and
// writes to it.
var oneGrad sync.Mutex

func gradients(loss *gorgonia.Node, of gorgonia.Nodes) (gorgonia.Nodes, error) {
	oneGrad.Lock()
	defer oneGrad.Unlock()
	return gorgonia.Grad(loss, of...)
}

// NewInferenceNetwork compiles the logit only.
func NewInferenceNetwork(m Model, b *graph.Builder) (*Network, error) {
	n, err := newNetwork(m, b)
	if err != nil {
		return nil, err
	}
	n.machine, err = graph.NewSharingMachine(n.logits)
	return n, err
}

func newNetwork(m Model, b *graph.Builder) (*Network, error) {
	if b == nil {
		return nil, errors.New("zoo: a network needs a builder")
	}
	n := &Network{builder: b, logits: Build(m, b)}
	n.loss = b.LogLoss(n.logits)
	if err := errors.Join(b.Err(), b.CheckMemory()); err != nil {
		return nil, err
	}
	if got := n.logits.Shape(); got.TotalSize() != b.Batch() {
		return nil, fmt.Errorf("zoo: the logit of %T has shape %v, want one for each of %d samples", m, got, b.Batch())
	}
	n.inputs = inputs{
		labels:  backing[float32](b.Labels()),
		weights: backing[float32](b.SampleWeights()),
	}
	if node := b.IDs(); node != nil {
		n.inputs.ids, n.inputs.columns = backing[int32](node), node.Shape()[1]
	}
	if node := b.Numbers(); node != nil {
		n.inputs.numbers, n.inputs.width = backing[float32](node), node.Shape()[1]
	}
	return n, nil
}

func backing[T any](n *gorgonia.Node) []T { return n.Value().Data().([]T) }

// Load copies a batch to the inputs. If the batch is smaller than the network, Load pads it with samples of weight 0,
// which have no ids and so touch no row.
func (n *Network) Load(batch *datasets.Batch) error {
	in := &n.inputs
	if batch.Rows > n.Size() {
		return fmt.Errorf("zoo: a batch of %d samples for a network of %d", batch.Rows, n.Size())
	}
	if err := n.Check(batch); err != nil {
		return err
	}
	pad(in.ids, batch.IDs, graph.Absent)
	pad(in.numbers, batch.Numbers, 0)
	pad(in.labels, batch.Labels, 0)
	in.weigh(batch)
	n.samples, n.builder.Mode.Weight = batch.Rows, batch.Weight()
	return nil
}

// weigh copies the weights of a batch, of which none means 1, and gives what pads it the weight 0.
func (in *inputs) weigh(batch *datasets.Batch) {
	pad(in.weights, batch.Weights, 0)
	if len(batch.Weights) == 0 {
		for i := range batch.Rows {
			in.weights[i] = 1
		}
	}
}

// Check finds a batch that does not have the columns of the model.
func (n *Network) Check(batch *datasets.Batch) error {
	if n := len(batch.Weights); n > 0 && n != batch.Rows {
		return fmt.Errorf("zoo: a batch of %d samples has %d weights", batch.Rows, n)
	}
	ids, numbers := n.Columns()
	if len(batch.IDs) != batch.Rows*ids || len(batch.Numbers) != batch.Rows*numbers {
		return fmt.Errorf("zoo: a batch of %d samples has %d ids and %d numbers, the model takes %d and %d a sample",
			batch.Rows, len(batch.IDs), len(batch.Numbers), ids, numbers)
	}
	return nil
}

// Columns returns how many ids and how many numbers a sample has.
func (n *Network) Columns() (ids, numbers int) { return n.inputs.columns, n.inputs.width }

// pad copies src to dst and fills the rest with v.
func pad[T any](dst, src []T, v T) {
	rest := dst[copy(dst, src):]
	for i := range rest {
		rest[i] = v
	}
}

// SetPrecision sets the precision of the matrix products of its layers; see graph.Machine.SetPrecision. Default: graph.Float32.
func (n *Network) SetPrecision(p graph.Precision) { n.machine.SetPrecision(p) }

// RunAll evaluates the network on the batch that is loaded.
func (n *Network) RunAll() error { return n.machine.RunAll() }

// Size returns the number of samples that a batch may have.
func (n *Network) Size() int { return n.builder.Batch() }

// Loss returns the mean log loss over the real samples of the last run, each times its weight, of a training network.
func (n *Network) Loss() float64 { return float64(*n.loss.Value().(*gorgonia.F32)) }

// Logits returns the logits of the real samples of the last run. They are valid until the next run.
func (n *Network) Logits() []float32 {
	return n.logits.Value().(*tensor.Dense).Float32s()[:n.samples] // unlike Data, allocates nothing
}

// Learnables returns the nodes of all weights, for a solver.
func (n *Network) Learnables() gorgonia.Nodes { return n.builder.Learnables() }

// Uses reports whether the network has a weight, be it learned or a statistic.
func (n *Network) Uses(weight string) bool { return n.builder.Uses(weight) }
