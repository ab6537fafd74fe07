package graph

import (
	"strings"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// AllFinite reports whether a value holds neither NaN nor infinity: a dense float32 tensor, a row gradient,
// or a scalar. It reports true for a value of any other kind.
func AllFinite(v gorgonia.Value) bool {
	switch v := v.(type) {
	case *RowGrad:
		return kernel.AllFinite(v.Values)
	case *tensor.Dense:
		return v.Dtype() != tensor.Float32 || kernel.AllFinite(v.Float32s())
	case *gorgonia.F32:
		x := [1]float32{float32(*v)}
		return kernel.AllFinite(x[:])
	}
	return true
}

// rowsAreFinite reports whether a value is packed and its rows are finite.
func rowsAreFinite(s *step) bool {
	p := packingOf(s.node)
	v, isDense := s.value.(*tensor.Dense)
	return p != nil && isDense && kernel.AllFinite(v.Float32s()[:p.n*s.node.Shape()[1]])
}

// FirstNonFinite returns the name of the first node, in the order of evaluation, whose value holds NaN or
// infinity after the last run, with the weights that go into it; "" if there is none.
func (m *Machine) FirstNonFinite() string {
	for i := range m.steps {
		s := &m.steps[i]
		if s.value == nil || AllFinite(s.value) || rowsAreFinite(s) {
			continue
		}
		if s.op == nil {
			return s.node.Name()
		}
		return m.describe(s)
	}
	return ""
}

// describe returns the names of an operation and of the weights and inputs that go into it.
func (m *Machine) describe(s *step) string {
	name := s.node.Op().String()
	if o, isOurs := s.op.(*op); isOurs {
		name = o.name
	}
	var inputs []string
	for _, i := range s.inputs {
		if in := &m.steps[i]; in.op == nil && !strings.Contains(name, in.node.Name()) {
			inputs = append(inputs, in.node.Name())
		}
	}
	if len(inputs) == 0 {
		return name
	}
	return name + " (" + strings.Join(inputs, ", ") + ")"
}
