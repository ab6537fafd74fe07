package graph

import (
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// NewSharingMachine is NewMachine for operations that write where a value is that no later operation reads. A run then touches less
// memory, and its results are the same, but only the values of outputs and weights stay valid until the next run. Operations of
// Gorgonia and those that Apply has made keep buffers of their own, and so does what they read.
func NewSharingMachine(outputs ...*gorgonia.Node) (*Machine, error) {
	m, err := NewMachine(outputs...)
	if err == nil {
		m.shareBuffers(m.lastReaders(outputs))
	}
	return m, err
}

// shareBuffers gives operations their buffers, of which each is free again after the last reader of its value.
func (m *Machine) shareBuffers(last []int) {
	buffers := make([][]float32, len(m.steps))
	var free bufferPool
	for i := range m.steps {
		s := &m.steps[i]
		if o := m.sharing(s); o != nil && last[i] < len(m.steps) {
			buffers[i] = free.take(o.shape.TotalSize())
			o.out = tensor.New(tensor.WithShape(o.shape...), tensor.WithBacking(buffers[i][:o.shape.TotalSize()]))
		}
		for _, at := range s.inputs {
			if last[at] == i && buffers[at] != nil {
				free, buffers[at] = append(free, buffers[at]), nil
			}
		}
	}
}

// lastReaders returns for every step the last one that reads its value. There is none if somebody may read the value at any time.
func (m *Machine) lastReaders(outputs gorgonia.Nodes) []int {
	last := make([]int, len(m.steps))
	for i, s := range m.steps {
		if outputs.Contains(s.node) {
			last[i] = len(m.steps)
		}
		reader := i
		if mayKeep(s.op) {
			reader = len(m.steps)
		}
		for _, at := range s.inputs {
			last[at] = max(last[at], reader)
		}
	}
	return last
}

// mayKeep reports whether an operation may need what it reads after it has run, as a view does.
func mayKeep(o gorgonia.Op) bool {
	switch o := o.(type) {
	case *op:
		return o.foreign
	case *gradientSum:
		return false
	}
	return true
}

// sharing returns the operation of ours that makes the value of a step in a buffer that it could share; nil if there is none.
func (m *Machine) sharing(s *step) *op {
	switch o := s.op.(type) {
	case *op:
		if o.shares {
			return o
		}
	case *gradientSum:
		for _, at := range s.inputs {
			if m.sharing(&m.steps[at]) == nil { // the gradient of a table, perhaps
				return nil
			}
		}
		return o.dense
	}
	return nil
}

// bufferPool is the buffers that nobody needs, the latest used last.
type bufferPool [][]float32

// take returns the smallest buffer of at least n values, of several the latest used, or makes one.
func (p *bufferPool) take(n int) []float32 {
	best := -1
	for i, b := range *p {
		if len(b) >= n && (best < 0 || len(b) <= len((*p)[best])) {
			best = i
		}
	}
	if best < 0 {
		return make([]float32, n)
	}
	b := (*p)[best]
	*p = slices.Delete(*p, best, best+1)
	return b
}
