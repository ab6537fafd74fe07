package graph

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// ErrBuild is wrapped by every error of a Builder.
var ErrBuild = errors.New("graph: cannot build")

// Builder makes the graph of one model for one batch size. Its methods take the name of a layer
// (a path such as "mlp" or "wukong/0/fmb"), under which they ask Weights for what the layer needs. After
// the first error every method returns nil, and Err says where it happened.
type Builder struct {
	// EmbeddingInit draws the rows of new tables; nil means Normal(0.01).
	EmbeddingInit Initializer
	// Mode switches Dropout; the loop that runs the graph shares it.
	Mode *Mode
	// Dropouts is the generator of dropout masks; a graph without dropout may leave it nil.
	Dropouts *rand.Rand

	graph   *gorgonia.ExprGraph
	batch   int
	fields  []Field
	layout  *layout
	weights *Weights

	ids, index, numbers, labels, sampleWeights *gorgonia.Node

	learnables gorgonia.Nodes
	auxiliary  gorgonia.Nodes // losses beside the log loss
	used       map[string]bool
	embeddings map[*gorgonia.Node]string // the name of the embedding that a node is, or carries
	err        error
}

// NewBuilder starts a graph for batches of the given size over shared weights.
func NewBuilder(batch int, fields []Field, w *Weights) *Builder {
	b := &Builder{graph: gorgonia.NewGraph(), batch: batch, fields: fields, weights: w, used: map[string]bool{}, embeddings: map[*gorgonia.Node]string{}, Mode: &Mode{}}
	if batch < 1 {
		b.fail("input", fmt.Errorf("batch size must be at least 1, got %d", batch))
		return b
	}
	if len(fields) == 0 {
		b.fail("input", errors.New("the model has no fields"))
		return b
	}
	if err := inputNeed(batch, fields).Check(); err != nil {
		b.fail("input", fmt.Errorf("a batch of %d samples: %w", batch, err))
		return b
	}
	var err error
	if b.layout, err = newLayout(fields); err != nil {
		b.fail("input", err)
		return b
	}
	b.makeInputs()
	return b
}

// inputNeed returns how many bytes a batch takes, with an index of its ids, and the plan of its columns.
func inputNeed(batch int, fields []Field) (n offheap.Need) {
	for _, f := range fields {
		columns := max(1, f.columns())
		n = n.And(offheap.Times(3*4, batch, columns)).And(offheap.Times(64, columns))
	}
	return n.And(offheap.Times(2*4, batch))
}

// CheckMemory finds out whether there is memory for the values of all nodes, which are made when the graph is first run. Those
// of weights are there already, and the gradient of a table has only the rows of a batch. A machine that shares buffers needs less.
func (b *Builder) CheckMemory() error {
	var n offheap.Need
	for _, node := range b.graph.AllNodes() {
		isTable := false
		for _, w := range b.learnables {
			isTable = isTable || node.Shape().Eq(w.Shape())
		}
		if node.Value() == nil && !isTable {
			n = n.And(offheap.Times(4, node.Shape()...))
		}
	}
	if err := n.Check(); err != nil {
		return fmt.Errorf("%w: values of a batch of %d samples: %w", ErrBuild, b.batch, err)
	}
	return nil
}

// makeInputs makes the nodes that a loop fills before each run.
func (b *Builder) makeInputs() {
	if n := len(b.layout.columns); n > 0 {
		b.ids = b.input("ids", n, tensor.Int32)
		b.index = b.keep("ids")(indexNode(b.ids, b.layout))
	}
	numbers := 0
	for _, f := range b.fields {
		if f.Kind == Numeric {
			numbers++
		}
	}
	if numbers > 0 {
		b.numbers = b.input("numbers", numbers, tensor.Float32)
	}
	b.labels = b.input("labels", 1, tensor.Float32)
	b.sampleWeights = b.input("sample weights", 1, tensor.Float32)
}

func (b *Builder) input(name string, columns int, of tensor.Dtype) *gorgonia.Node {
	value := tensor.New(tensor.Of(of), tensor.WithShape(b.batch, columns))
	return gorgonia.NewMatrix(b.graph, of, gorgonia.WithShape(b.batch, columns), gorgonia.WithName(name), gorgonia.WithValue(value))
}

// Err returns the first error, with the path of its layer; it wraps ErrBuild.
func (b *Builder) Err() error { return b.err }

// Fail records an error of a block outside this package, unless there is one already.
func (b *Builder) Fail(name string, err error) { b.fail(name, err) }

func (b *Builder) fail(name string, err error) {
	if b.err == nil && err != nil {
		b.err = fmt.Errorf("%w %s: %w", ErrBuild, name, err)
	}
}

// keep returns a function that takes the result of a node maker, and keeps its error.
func (b *Builder) keep(name string) func(*gorgonia.Node, error) *gorgonia.Node {
	return func(n *gorgonia.Node, err error) *gorgonia.Node {
		if err != nil {
			b.fail(name, err)
			return nil
		}
		return n
	}
}

// Graph returns the expression graph, for nodes of one's own.
func (b *Builder) Graph() *gorgonia.ExprGraph { return b.graph }

// Batch returns the number of samples in a batch.
func (b *Builder) Batch() int { return b.batch }

// Fields returns the number of fields, which is the number of embeddings of a sample.
func (b *Builder) Fields() int { return len(b.fields) }

// FieldList returns the fields, in their order.
func (b *Builder) FieldList() []Field { return slices.Clone(b.fields) }

// FieldNamed returns the field of a name, or nil.
func (b *Builder) FieldNamed(name string) *Field {
	for _, f := range b.fields {
		if f.Name == name {
			return &f
		}
	}
	return nil
}

// PlaceOf returns the place of a field among all, which is that of its vector in what Embed returns; -1 if there is no such field.
func (b *Builder) PlaceOf(field string) int {
	return slices.IndexFunc(b.fields, func(f Field) bool { return f.Name == field })
}

// IDs returns the input (batch, id columns) int32: the ids of each categorical or list field, counted from
// 0 within the field; nil if the model has no such field.
func (b *Builder) IDs() *gorgonia.Node { return b.ids }

// Numbers returns the input (batch, numeric fields); nil if the model has none.
func (b *Builder) Numbers() *gorgonia.Node { return b.numbers }

// Labels returns the input (batch, 1) of labels, 0 or 1.
func (b *Builder) Labels() *gorgonia.Node { return b.labels }

// SampleWeights returns the input (batch, 1): 1 for a real sample, 0 for one that pads the batch.
func (b *Builder) SampleWeights() *gorgonia.Node { return b.sampleWeights }

// Uses reports whether a layer has asked for a weight.
func (b *Builder) Uses(weight string) bool { return b.used[weight] }

// Learnables returns the nodes of all weights that layers have asked for, in that order; not those of running statistics.
func (b *Builder) Learnables() gorgonia.Nodes { return b.learnables }

// Weight returns the node of the dense weight name (rows, columns), which init draws if it is new.
func (b *Builder) Weight(name string, rows, columns int, init Initializer) *gorgonia.Node {
	return b.weight(name, rows, columns, init, mark{block: name})
}

func (b *Builder) weight(name string, rows, columns int, init Initializer, m mark) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	if rows < 1 || columns < 1 {
		b.fail(name, fmt.Errorf("shape (%d, %d) is empty", rows, columns))
		return nil
	}
	weight, err := b.weights.dense(name, rows, columns, init, m)
	if err != nil {
		b.fail(name, err)
		return nil
	}
	// A header of this graph's own: Gorgonia's operations transpose headers in place.
	return b.bound(weight, tensor.New(tensor.WithShape(rows, columns), tensor.WithBacking(weight.values)), m.role != RoleStatistic)
}

// Table returns the node of the table name over the rows of all fields.
func (b *Builder) Table(name string, dim int) *gorgonia.Node {
	return b.table(name, dim, mark{block: name})
}

func (b *Builder) table(name string, dim int, m mark) *gorgonia.Node {
	if b.err != nil {
		return nil
	}
	weight, err := b.weights.table(name, b.layout.rows, dim, b.rowInit(), m)
	if err != nil {
		b.fail(name, err)
		return nil
	}
	return b.bound(weight, weight.Table, true)
}

// rowInit draws the rows of tables.
func (b *Builder) rowInit() Initializer {
	if b.EmbeddingInit == nil {
		return Normal(0.01)
	}
	return b.EmbeddingInit
}

// bound returns the node of a weight, which solvers change if it is to be learned.
func (b *Builder) bound(w *Weight, value gorgonia.Value, learned bool) *gorgonia.Node {
	if b.used[w.Name] {
		b.fail(w.Name, errors.New("the name is used twice in one graph"))
		return nil
	}
	b.used[w.Name] = true
	if len(b.learnables) == mostWeights {
		b.fail(w.Name, fmt.Errorf("a model has at most %d weights", mostWeights))
		return nil
	}
	n := gorgonia.NewMatrix(b.graph, tensor.Float32, gorgonia.WithName(w.Name), gorgonia.WithShape(w.Shape...), gorgonia.WithValue(value))
	if learned {
		b.learnables = append(b.learnables, n)
	}
	return n
}

// mostWeights is how many weights a graph may have. One of more is a mistake, and planning it would take for ever.
const mostWeights = 1 << 12

// fanIn draws from the uniform distribution on (-1/sqrt(in), 1/sqrt(in)), for weights and biases: with
// biases at zero, a network over embeddings that are all zero could never learn.
func fanIn(in int) Initializer { return Uniform(1 / math.Sqrt(float64(in))) }
