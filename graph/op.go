package graph

import (
	"fmt"
	"hash"
	"hash/fnv"
	"sync/atomic"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// op is every operation of this package: a gorgonia.Op and gorgonia.SDOp, whose behaviour two functions
// give. do owns its value and reuses it from run to run.
type op struct {
	name    string
	kind    OpKind
	serial  uint32
	inputs  []hm.Type
	output  hm.Type
	shape   tensor.Shape
	do      func(in []gorgonia.Value) (gorgonia.Value, error)
	gradOf  []bool // which inputs have a gradient; nil: none
	symDiff func(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error)
	flops   int    // of its matrix products
	form    OpForm // in ONNX; nil: it has none

	out       *tensor.Dense  // of newDenseOp, from its first run on
	shares    bool           // whether others may write to out when nobody needs the value any more
	foreign   bool           // made by Apply: it may keep what it reads and writes
	rows      *packing       // those that it takes and gives, if it can leave rows out; see over
	unpacks   bool           // its input is packed, its output is not
	precision Precision      // of the products of newProductOp
	positive  bool           // the output is a positive part
	clearedBy *gorgonia.Node // the output is zero wherever this node is; nil: it is not known to be
}

// OpKind says what an operation does with a table, for whoever measures operations.
type OpKind uint8

const (
	OpOther  OpKind = iota // nothing
	OpIndex                // finds the distinct rows of a batch
	OpLookup               // reads rows
)

// KindOf returns the kind of a node's operation.
func KindOf(o gorgonia.Op) OpKind {
	if ours, is := o.(*op); is {
		return ours.kind
	}
	return OpOther
}

// NameOf returns the name of a node's operation, which other nodes may share.
func NameOf(o gorgonia.Op) string {
	if ours, is := o.(*op); is {
		return ours.name
	}
	if name := fmt.Sprint(o); name != gorgoniaSum {
		return name
	}
	return "sum"
}

// FlopsOf returns how many multiplications and additions the matrix products of a node's operation take. It is 0 for
// operations that are not of this package.
func FlopsOf(o gorgonia.Op) int {
	if ours, is := o.(*op); is {
		return ours.flops
	}
	return 0
}

// OpError is the error of an operation that a graph has run.
type OpError struct {
	Op  string // its name
	Err error
}

func (e *OpError) Error() string { return fmt.Sprintf("graph: %s: %v", e.Op, e.Err) }
func (e *OpError) Unwrap() error { return e.Err }

// counting sets how many multiplications and additions the matrix products of the operation take.
func (o *op) counting(flops int) *op {
	o.flops = flops
	return o
}

// serials makes the hash of every operation unique: Gorgonia merges nodes whose operations have equal
// hashes, and ours own buffers, so two of them are never the same.
var serials atomic.Uint32

// apply adds the operation to the graph of its inputs.
func (o *op) apply(inputs ...*gorgonia.Node) (*gorgonia.Node, error) {
	if err := o.checkPacking(inputs); err != nil {
		return nil, err
	}
	o.serial = serials.Add(1)
	for _, n := range inputs {
		o.inputs = append(o.inputs, typeOf(n.Dims(), n.Dtype()))
	}
	if o.output == nil {
		o.output = typeOf(o.shape.Dims(), tensor.Float32)
	}
	return gorgonia.ApplyOp(o, inputs...)
}

func typeOf(dims int, of tensor.Dtype) hm.Type {
	if dims == 0 {
		return of
	}
	return gorgonia.TensorType{Dims: dims, Of: of}
}

func (o *op) Arity() int { return len(o.inputs) }

// Type returns a new function type on every call, because Gorgonia gives them back to a pool.
func (o *op) Type() hm.Type {
	return hm.NewFnType(append(append(make([]hm.Type, 0, len(o.inputs)+1), o.inputs...), o.output)...)
}

func (o *op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return o.shape.Clone(), nil }

// Do runs the operation. A panic inside becomes an error here, because Gorgonia's own machine
// runs operations in a goroutine of its own, where nobody else could catch it.
func (o *op) Do(in ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, &OpError{o.name, fmt.Errorf("%v", p)}
		}
	}()
	if v, err = o.do(in); err != nil {
		return nil, &OpError{o.name, err}
	}
	return v, nil
}

func (o *op) ReturnsPtr() bool      { return true }
func (o *op) CallsExtern() bool     { return false } // true would make Gorgonia allocate the output
func (o *op) OverwritesInput() int  { return -1 }
func (o *op) WriteHash(h hash.Hash) { fmt.Fprint(h, o.String()) }
func (o *op) Hashcode() uint32      { h := fnv.New32a(); o.WriteHash(h); return h.Sum32() }
func (o *op) String() string        { return fmt.Sprintf("%s#%d", o.name, o.serial) }

func (o *op) DiffWRT(inputs int) []bool {
	if o.gradOf == nil {
		return make([]bool, inputs)
	}
	return o.gradOf
}

func (o *op) SymDiff(in gorgonia.Nodes, out, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	if o.symDiff == nil {
		return nil, fmt.Errorf("graph: %s has no gradient", o.name)
	}
	grads, err := o.symDiff(in, out, grad)
	if err != nil {
		return nil, fmt.Errorf("graph: gradient of %s: %w", o.name, err)
	}
	return grads, nil
}

var _ gorgonia.SDOp = (*op)(nil)
