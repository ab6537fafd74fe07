package graph

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"gorgonia.org/tensor"
)

// Weights are the named weights of a model. Any number of graphs (for training, for evaluation,
// of different batch sizes) may be built over one Weights; they then share its memory.
type Weights struct {
	rng          *rand.Rand
	shard        Shard
	rowPrecision Precision
	list         []*Weight
}

// Weight is one named weight: either dense or a table.
type Weight struct {
	Name  string       // the path of its layer, for example "mlp/0/weight"
	Shape tensor.Shape // (rows, columns)
	Table *Table       // nil for a dense weight

	// What made the weight. A weight that was added by its name, as one that is loaded, has no role.
	Role  Role
	Block string // the name of the MLP or the embedding that it belongs to, else of its layer
	Over  string // of a weight of an MLP: the name of the embedding that feeds it; "" for anything else

	values []float32
	init   Initializer
}

// NewWeights returns an empty set, which draws initial values from rng in the order in which graphs first ask
// for the weights. Without rng the set is closed: a graph that asks for a weight which was not added is an
// error.
func NewWeights(rng *rand.Rand) *Weights { return &Weights{rng: rng} }

// All yields the weights in the order in which they were made.
func (w *Weights) All() iter.Seq[*Weight] { return slices.Values(w.list) }

// SetShard lets tables that are made from now on hold the rows of a shard only. The Shape of their weights
// stays that of the whole table.
func (w *Weights) SetShard(s Shard) { w.shard = s }

// Add adds a weight of zeros to a closed set, whose values are then read from elsewhere.
func (w *Weights) Add(name string, rows, columns int, isTable bool) (*Weight, error) {
	if w.Get(name) != nil {
		return nil, fmt.Errorf("graph: weight %q is added twice", name)
	}
	weight := &Weight{Name: name, Shape: tensor.Shape{rows, columns}}
	if isTable {
		table, err := NewTable(name, rows, columns)
		if err != nil {
			return nil, err
		}
		weight.Table, weight.values = table, table.Floats()
	} else if err := weight.allocate(); err != nil {
		return nil, err
	}
	w.list = append(w.list, weight)
	return weight, nil
}

// AddView adds a table to a closed set over values that are kept elsewhere, such as in a mapped file. They are only read: such a
// table cannot be trained. Free lets go of them.
func (w *Weights) AddView(name string, rows, columns int, values []float32) error {
	if w.Get(name) != nil {
		return fmt.Errorf("graph: weight %q is added twice", name)
	}
	table, err := viewTable(name, rows, columns, values)
	if err != nil {
		return err
	}
	w.list = append(w.list, &Weight{Name: name, Shape: tensor.Shape{rows, columns}, Table: table, values: values})
	return nil
}

// Frozen settles all rows and returns a closed set that shares the memory of the weights, but asks no solver
// when a graph looks rows up: any number of goroutines may then read at a time. The weights must not be
// trained or freed while the set is in use. A table in BFloat16 it copies to one in Float32; a copy that does not fit in memory is
// an error that wraps offheap.ErrTooLarge.
func (w *Weights) Frozen() (*Weights, error) {
	frozen := &Weights{}
	for _, weight := range w.list {
		shared := *weight
		if weight.Table != nil {
			var err error
			if shared.values, err = weight.Settled(); err != nil {
				return nil, err
			}
			shared.Table = weight.Table.frozen(shared.values)
		}
		frozen.list = append(frozen.list, &shared)
	}
	return frozen, nil
}

// frozen returns the table without those who bring its rows up to date, over its settled values.
func (t *Table) frozen(settled []float32) *Table {
	f := &Table{Dense: t.Dense, name: t.name, storage: t.storage}
	if t.halves != nil {
		f = tableOver(t.name, t.Rows(), t.Dim(), offheap.View(settled))
	}
	f.shard, f.total = t.shard, t.total
	return f
}

// Get returns the weight of a name, or nil.
func (w *Weights) Get(name string) *Weight {
	for _, weight := range w.list {
		if weight.Name == name {
			return weight
		}
	}
	return nil
}

// Count returns the number of values in dense weights and in tables.
func (w *Weights) Count() (dense, tables int) {
	for _, weight := range w.list {
		if weight.Table != nil {
			tables += weight.Shape.TotalSize()
		} else {
			dense += weight.Shape.TotalSize()
		}
	}
	return dense, tables
}

// SettleAll brings every row of every table up to date.
func (w *Weights) SettleAll() {
	for _, weight := range w.list {
		if weight.Table != nil {
			weight.Table.SettleAll()
		}
	}
}

// Free gives back the memory of all tables, which the garbage collector does not. No graph over these
// weights may run afterwards.
func (w *Weights) Free() {
	for _, weight := range w.list {
		if weight.Table != nil {
			weight.Table.Free()
			weight.values = nil
		}
	}
}

// Freed reports whether the memory of a table was given back. Nobody may then run a graph over the weights.
func (w *Weights) Freed() bool {
	for _, weight := range w.list {
		if weight.Table != nil && weight.Table.freed() {
			return true
		}
	}
	return false
}

// Values returns the values of the weight, row after row. Those of a table may be unsettled, and are those of
// the rows that it holds; nil if it is in BFloat16, see Settled.
func (w *Weight) Values() []float32 { return w.values }

// Redraw draws the weight anew from its initialiser.
func (w *Weight) Redraw(rng *rand.Rand) {
	if w.Table != nil {
		w.Table.Initialize(w.init, rng)
		return
	}
	w.init(w.values, rng)
}

// dense returns the dense weight of a name, and makes it if it is new.
func (w *Weights) dense(name string, rows, columns int, init Initializer, m mark) (*Weight, error) {
	if found, err := w.find(name, rows, columns, false); found != nil || err != nil {
		return found, err
	}
	weight := &Weight{Name: name, Shape: tensor.Shape{rows, columns}, init: init}
	if err := weight.allocate(); err != nil {
		return nil, err
	}
	init(weight.values, w.rng)
	return w.made(weight, m), nil
}

// allocate makes the values of a dense weight.
func (w *Weight) allocate() error {
	rows, columns := w.Shape[0], w.Shape[1]
	if err := offheap.Times(4, rows, columns).Check(); err != nil {
		return fmt.Errorf("weight %q of %d rows of %d values: %w", w.Name, rows, columns, err)
	}
	w.values = make([]float32, rows*columns)
	return nil
}

// table returns the table of a name, and makes it if it is new.
func (w *Weights) table(name string, rows, dim int, init Initializer, m mark) (*Weight, error) {
	if found, err := w.find(name, rows, dim, true); found != nil || err != nil {
		return found, err
	}
	table, err := newShard(name, rows, dim, w.shard, w.rowPrecision)
	if err != nil {
		return nil, err
	}
	table.Initialize(init, w.rng)
	weight := &Weight{Name: name, Shape: tensor.Shape{rows, dim}, Table: table, values: table.Floats(), init: init}
	return w.made(weight, m), nil
}

// made adds a new weight with its mark.
func (w *Weights) made(weight *Weight, m mark) *Weight {
	weight.Role, weight.Block, weight.Over = m.role, m.block, m.over
	w.list = append(w.list, weight)
	return weight
}

func (w *Weights) find(name string, rows, columns int, isTable bool) (*Weight, error) {
	weight := w.Get(name)
	if weight == nil && w.rng == nil {
		return nil, fmt.Errorf("there is no weight %q", name)
	}
	if weight == nil {
		return nil, nil
	}
	if weight.Shape[0] != rows || weight.Shape[1] != columns || (weight.Table != nil) != isTable {
		return nil, fmt.Errorf("weight %q has shape %v in an earlier graph, here (%d, %d)", name, weight.Shape, rows, columns)
	}
	return weight, nil
}
