package graph

import (
	"errors"
	"fmt"
	"time"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Machine runs a graph. It is a gorgonia.VM that, unlike gorgonia.NewTapeMachine, evaluates only what its
// outputs need, keeps every buffer from run to run, never works in place (so that no operation overwrites a
// weight or a value that is still needed), and returns an error where an operation panics. The value of
// every node that it evaluates stays valid until the next run, but see NewSharingMachine; Reset does nothing.
type Machine struct {
	// Observe, if not nil, is called after each operation with the time that it took.
	Observe func(n *gorgonia.Node, took time.Duration)

	steps []step
}

// step evaluates one node.
type step struct {
	node     *gorgonia.Node
	op       gorgonia.Op // nil for an input, whose value its user sets
	inputs   []int       // the steps of the inputs
	value    gorgonia.Value
	args     []gorgonia.Value
	reusable gorgonia.UsePreallocDoer // set if the operation can write into the value of the last run
	adds     bool                     // the operation adds to its buffer, which must be cleared first
}

// Precision is that of the factors of matrix products; see kernel.Precision.
type Precision = kernel.Precision

// The precisions. BFloat16 needs a processor with AVX512_BF16. On others products are float32, and Precision.Available says so.
const (
	Float32  = kernel.Float32
	BFloat16 = kernel.BFloat16
)

// NewMachine plans the evaluation of outputs: losses, logits, gradients. An input without a value is an error
// of the first run.
func NewMachine(outputs ...*gorgonia.Node) (*Machine, error) {
	if len(outputs) == 0 {
		return nil, fmt.Errorf("graph: a machine needs an output")
	}
	order, err := evaluationOrder(outputs)
	if err != nil {
		return nil, err
	}
	m := &Machine{steps: make([]step, 0, len(order))}
	position := make(map[int64]int, len(order))
	for _, n := range order {
		terms := termsOf(n, outputs)
		s := step{node: n, op: evaluatorOf(n, terms)}
		for _, x := range terms {
			s.inputs = append(s.inputs, position[x.ID()])
		}
		s.args = make([]gorgonia.Value, len(s.inputs))
		if s.op != nil {
			s.planReuse()
		}
		position[n.ID()] = len(m.steps)
		m.steps = append(m.steps, s)
	}
	return m, nil
}

// SetPrecision sets the precision of the matrix products of the layers: those of linear and grouped layers, of MatMul, of MapVectors
// and of a CIN, and of their gradients; Float32 unless it is called. Weights, gradients and everything else are float32 in any case,
// and so are the small products of single samples, such as those of Compress, VectorProducts, PairProducts and Attention.
func (m *Machine) SetPrecision(p Precision) {
	for _, s := range m.steps {
		if ours, is := s.op.(*op); is {
			ours.precision = p
		}
	}
}

// evaluationOrder returns the nodes that outputs need, inputs first.
func evaluationOrder(outputs []*gorgonia.Node) (gorgonia.Nodes, error) {
	g := outputs[0].Graph()
	sorted, err := gorgonia.Sort(g) // outputs first
	if err != nil {
		return nil, fmt.Errorf("graph: %w", err)
	}
	needed := map[int64]bool{}
	for _, n := range outputs {
		if n.Graph() != g {
			return nil, fmt.Errorf("graph: output %v is not of the same graph as the others", n)
		}
		needed[n.ID()] = true
	}
	var order gorgonia.Nodes
	for _, n := range sorted {
		if !needed[n.ID()] {
			continue
		}
		order = append(order, n)
		for _, x := range termsOf(n, outputs) {
			needed[x.ID()] = true
		}
	}
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i]
	}
	return order, nil
}

// InputsOf returns the inputs of the operation of a node, in their order; none for an input of the graph.
func InputsOf(n *gorgonia.Node) gorgonia.Nodes {
	var list gorgonia.Nodes
	for it := n.Graph().From(n.ID()); it.Next(); {
		list = append(list, it.Node().(*gorgonia.Node))
	}
	return list
}

// planReuse decides how the operation can be given its old buffer.
func (s *step) planReuse() {
	quirk := quirkOf(s.op)
	if quirk == noReuse {
		return
	}
	s.reusable, _ = s.op.(gorgonia.UsePreallocDoer)
	s.adds = quirk == adds
}

// A quirk is what a machine must know of an operation that it gives its old buffer.
type quirk uint8

const (
	noQuirk quirk = iota // the operation writes its result to the buffer
	noReuse              // it cannot use the buffer
	adds                 // it adds its result to the buffer
)

// quirkOf returns the quirk of an operation of Gorgonia v0.9.18, of which a few have one. Gorgonia does not
// export their types, so their names must do; a test fails if Gorgonia renames one.
func quirkOf(o gorgonia.Op) quirk {
	switch fmt.Sprintf("%T", o) {
	case "*gorgonia.dropoutOp", "*gorgonia.dropoutDiffOp": // UsePreallocDo passes a method where it wants data
		return noReuse
	case "gorgonia.sliceIncrOp": // the gradient of a slice
		return adds
	}
	return noQuirk
}

// RunAll evaluates all outputs.
func (m *Machine) RunAll() (err error) {
	at := 0
	defer func() {
		if p := recover(); p != nil {
			err = &OpError{fmt.Sprint(m.steps[at].op), fmt.Errorf("%v", p)}
		}
	}()
	for ; at < len(m.steps); at++ {
		if err := m.run(&m.steps[at]); err != nil {
			return err
		}
	}
	return nil
}

func (m *Machine) run(s *step) error {
	if s.op == nil || len(s.inputs) == 0 && s.node.Value() != nil {
		if s.value = s.node.Value(); s.value == nil {
			return fmt.Errorf("graph: input %q has no value", s.node.Name())
		}
		return nil
	}
	for i, at := range s.inputs {
		s.args[i] = m.steps[at].value
	}
	start := m.now()
	value, err := s.evaluate()
	if err != nil {
		return err
	}
	if m.Observe != nil {
		m.Observe(s.node, time.Since(start))
	}
	if value != s.value {
		s.value = value
		bind(s.node, value)
	}
	return nil
}

// now returns the time if there is an observer.
func (m *Machine) now() (t time.Time) {
	if m.Observe != nil {
		t = time.Now()
	}
	return t
}

// Flops returns how many multiplications and additions the matrix products of one run take.
func (m *Machine) Flops() int {
	total := 0
	for _, s := range m.steps {
		total += FlopsOf(s.op)
	}
	return total
}

// evaluate runs the operation, in the buffer of the last run if it can use that.
func (s *step) evaluate() (gorgonia.Value, error) {
	if s.reusable != nil {
		buffer, isDense := s.value.(*tensor.Dense)
		if !isDense && s.value == nil && s.op.CallsExtern() && s.node.Dims() > 0 {
			buffer = tensor.New(tensor.Of(s.node.Dtype()), tensor.WithShape(s.node.Shape()...))
		}
		if buffer != nil {
			if s.adds {
				buffer.Zero()
			}
			if value, err := s.reusable.UsePreallocDo(buffer, s.args...); err == nil {
				return value, nil
			}
		}
	}
	value, err := s.op.Do(s.args...)
	if err != nil {
		return nil, s.named(err)
	}
	return value, nil
}

// named returns an error as one of the operation, unless the operation has done so.
func (s *step) named(err error) error {
	var named *OpError
	if errors.As(err, &named) {
		return err
	}
	return &OpError{fmt.Sprint(s.op), err}
}

// bind sets the value of a node. WithValue, unlike Let, accepts a row-sparse gradient, whose
// shape is not that of its table.
func bind(n *gorgonia.Node, v gorgonia.Value) { gorgonia.WithValue(v)(n) }

// Reset does nothing: a Machine can always run again.
func (m *Machine) Reset() {}

// Close does nothing; it is there for gorgonia.VM.
func (m *Machine) Close() error { return nil }

var _ gorgonia.VM = (*Machine)(nil)
