package onnx

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// What the file says of itself.
const (
	irVersion      = 8
	opset          = 17 // the first with LayerNormalization
	mlDomain       = "ai.onnx.ml"
	mlOpset        = 3
	producer       = "ctrzoo"
	externalAbove  = 64 << 20 // bytes of a weight that goes beside the model
	alignment      = 64 << 10 // of weights beside the model, so that a runtime may map them
	largestMessage = math.MaxInt32
)

// ErrTooLarge is wrapped by the error of a model whose vocabularies and small weights alone are more than a message of
// protocol buffers may have, 2 GB.
var ErrTooLarge = errors.New("the model is too large for ONNX")

// Model is an ONNX model that is ready to be written. It refers to the weights that it was made of, which must not change
// meanwhile.
type Model struct {
	nodes, inputs, outputs []message
	tensors                []tensorData
	metadata               [][2]string
	version                string // of the producer
	externalSize           int64
}

// tensorData is a TensorProto, whose data is inside if there is no place for it beside the model.
type tensorData struct {
	head     message // all but the data
	data     []byte
	external bool
	offset   int64 // beside the model
}

// ExternalSize returns the size of the file beside the model, 0 if it needs none.
func (m *Model) ExternalSize() int64 { return m.externalSize }

// addTensor adds an initializer.
func (m *Model) addTensor(name string, of dataType, dims []int, data []byte) {
	var head message
	for _, d := range dims {
		head = head.int(1, int64(d))
	}
	t := tensorData{head: head.int(2, int64(of)).text(8, name), data: data}
	if len(data) > externalAbove {
		t.external = true
		t.offset = (m.externalSize + alignment - 1) / alignment * alignment
		m.externalSize = t.offset + int64(len(data))
	}
	m.tensors = append(m.tensors, t)
}

// WriteTo writes the model, whose large weights are in a file of the given name in the same folder.
func (m *Model) WriteTo(w io.Writer, external string) error {
	tensors := make([]message, len(m.tensors)) // without the data that is inside
	sizes := make([]int64, len(m.tensors))
	var graph message
	for _, n := range m.nodes {
		graph = graph.message(1, n)
	}
	graph = graph.text(2, producer)
	var tail message
	for _, v := range m.inputs {
		tail = tail.message(11, v)
	}
	for _, v := range m.outputs {
		tail = tail.message(12, v)
	}
	total := int64(len(graph) + len(tail))
	for i := range m.tensors {
		tensors[i], sizes[i] = m.tensors[i].message(external)
		tensors[i] = append(message(nil).begin(5, sizes[i]), tensors[i]...)
		total += sizes[i] + int64(protowire.SizeTag(5)+protowire.SizeVarint(uint64(sizes[i])))
	}
	if total > largestMessage {
		return fmt.Errorf("onnx: %w: %d bytes", ErrTooLarge, total)
	}
	head := message(nil).int(1, irVersion).text(2, producer).text(3, m.version).begin(7, total)
	pieces := [][]byte{head, graph}
	for i, t := range m.tensors {
		pieces = append(pieces, tensors[i])
		if !t.external {
			pieces = append(pieces, t.data)
		}
	}
	return write(w, append(pieces, tail, m.end()))
}

// end is what follows the graph.
func (m *Model) end() message {
	end := message(nil).message(8, message(nil).text(1, "").int(2, opset))
	end = end.message(8, message(nil).text(1, mlDomain).int(2, mlOpset))
	for _, p := range m.metadata {
		end = end.message(metadataField, message(nil).text(1, p[0]).text(2, p[1]))
	}
	return end
}

// message returns the TensorProto, but for the data if that is inside, and its size with it.
func (t *tensorData) message(external string) (message, int64) {
	m := slices.Clone(t.head)
	if t.external {
		for _, e := range [][2]string{{"location", external}, {"offset", fmt.Sprint(t.offset)}, {"length", fmt.Sprint(len(t.data))}} {
			m = m.message(13, message(nil).text(1, e[0]).text(2, e[1]))
		}
		m = m.int(14, 1) // the data is outside
		return m, int64(len(m))
	}
	m = m.begin(9, int64(len(t.data)))
	return m, int64(len(m) + len(t.data))
}

// WriteExternal writes the file beside the model.
func (m *Model) WriteExternal(w io.Writer) error {
	var pieces [][]byte
	at := int64(0)
	for _, t := range m.tensors {
		if t.external {
			pieces = append(pieces, make([]byte, t.offset-at), t.data)
			at = t.offset + int64(len(t.data))
		}
	}
	return write(w, pieces)
}

// write writes pieces, large ones in parts: a writer may copy what it is given.
func write(w io.Writer, pieces [][]byte) error {
	const part = 1 << 20
	for _, p := range pieces {
		for data := range slices.Chunk(p, part) {
			if _, err := w.Write(data); err != nil {
				return err
			}
		}
	}
	return nil
}
