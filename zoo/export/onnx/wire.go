package onnx

import (
	"fmt"
	"math"

	"github.com/ctrzoo/ctrzoo/graph"
	"google.golang.org/protobuf/encoding/protowire"
)

// message is a message of protocol buffers under construction. The numbers of its fields are those of onnx.proto.
type message []byte

func (m message) text(field protowire.Number, s string) message {
	return protowire.AppendString(protowire.AppendTag(m, field, protowire.BytesType), s)
}

func (m message) message(field protowire.Number, inner message) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), inner)
}

func (m message) int(field protowire.Number, v int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(v))
}

func (m message) float(field protowire.Number, v float32) message {
	return protowire.AppendFixed32(protowire.AppendTag(m, field, protowire.Fixed32Type), math.Float32bits(v))
}

// begin begins an inner message of a known size, which the caller appends.
func (m message) begin(field protowire.Number, size int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.BytesType), uint64(size))
}

// A dataType is the number of a type of elements, of TensorProto.DataType.
type dataType int64

const (
	float32Type dataType = 1
	int64Type   dataType = 7
	stringType  dataType = 8
	boolType    dataType = 9
	float64Type dataType = 11
)

// attribute is an AttributeProto. Beside the values of a graph.FormAttribute it may be a []string or an int64 list.
func attribute(a graph.FormAttribute) (message, error) {
	m := message(nil).text(1, a.Name)
	switch v := a.Value.(type) {
	case float32:
		return m.float(2, v).int(20, 1), nil
	case int:
		return m.int(3, int64(v)).int(20, 2), nil
	case dataType:
		return m.int(3, int64(v)).int(20, 2), nil
	case string:
		return m.text(4, v).int(20, 3), nil
	case []int:
		for _, x := range v {
			m = m.int(8, int64(x))
		}
		return m.int(20, 7), nil
	case []string:
		for _, x := range v {
			m = m.text(9, x)
		}
		return m.int(20, 8), nil
	}
	return nil, fmt.Errorf("the attribute %q cannot be a %T", a.Name, a.Value)
}

// valueInfo is a ValueInfoProto. A dimension of -1 is the batch, N.
func valueInfo(name string, of dataType, dims ...int) message {
	var shape message
	for _, d := range dims {
		if d < 0 {
			shape = shape.message(1, message(nil).text(2, "N"))
		} else {
			shape = shape.message(1, message(nil).int(1, int64(d)))
		}
	}
	tensor := message(nil).int(1, int64(of)).message(2, shape)
	return message(nil).text(1, name).message(2, message(nil).message(1, tensor))
}
