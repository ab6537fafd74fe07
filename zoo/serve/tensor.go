package serve

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
)

// The tensors of an answer.
const (
	Probability = "probability" // FP32, of a click, by sample
	Logit       = "logit"       // FP32, the logarithm of the odds, by sample
	Index       = "index"       // INT64, the best samples of top_k
)

// CheckOutput refuses the name of a tensor that no answer has.
func CheckOutput(name string) error {
	if name != Probability && name != Logit && name != Index {
		return Errorf(BadInput, "output %q: want %s, %s or %s", name, Probability, Logit, Index)
	}
	return nil
}

// Floats returns the values of an output other than Index.
func (c *Call) Floats(output string) []float32 {
	if output == Logit {
		return c.Logits
	}
	return c.Probabilities
}

// AppendRaw appends the values of an output as bytes, in little-endian order.
func (c *Call) AppendRaw(to []byte, output string) []byte {
	if output == Index {
		to = slices.Grow(to, 8*len(c.Best))
		for _, x := range c.Best {
			to = binary.LittleEndian.AppendUint64(to, uint64(x))
		}
		return to
	}
	list := c.Floats(output)
	to = slices.Grow(to, 4*len(list))
	for _, x := range list {
		to = binary.LittleEndian.AppendUint32(to, math.Float32bits(x))
	}
	return to
}

// CheckShape refuses a shape that is not [N] or [N, 1] with as many elements as a tensor has.
func CheckShape(tensor string, shape []int64, elements int) error {
	switch {
	case len(shape) == 1 || len(shape) == 2 && shape[1] == 1:
	default:
		return TensorErrorf(tensor, "shape %v: want [N] or [N, 1]", shape)
	}
	if shape[0] != int64(elements) {
		return TensorErrorf(tensor, "shape %v, but %d elements", shape, elements)
	}
	return nil
}

// RawCells makes cells of the bytes of a tensor, in little-endian order. An element of BYTES is its length in 4 bytes, and its
// bytes. The texts are those of raw, which must not change while they are used; they are appended to arena, which is returned.
func RawCells(tensor, datatype string, raw []byte, arena []string) (encode.Cells, []string, error) {
	c := encode.Cells{Column: tensor}
	if datatype == "BYTES" {
		from := len(arena)
		arena, err := rawTexts(tensor, raw, arena)
		c.Texts = arena[from:len(arena):len(arena)]
		return c, arena, err
	}
	size := elementSizes[datatype]
	switch {
	case size == 0:
		return c, arena, TensorErrorf(tensor, "datatype %q: want %s", datatype, Datatypes)
	case len(raw)%size != 0:
		return c, arena, TensorErrorf(tensor, "%d bytes are no whole number of %s", len(raw), datatype)
	}
	for ; len(raw) > 0; raw = raw[size:] {
		appendRaw(&c, datatype, raw)
	}
	return c, arena, nil
}

// Datatypes lists the datatypes of inputs.
const Datatypes = "BYTES, BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, FP32 or FP64"

var elementSizes = map[string]int{
	"BOOL": 1, "INT8": 1, "INT16": 2, "INT32": 4, "INT64": 8, "UINT8": 1, "UINT16": 2, "UINT32": 4, "FP32": 4, "FP64": 8,
}

func appendRaw(c *encode.Cells, datatype string, raw []byte) {
	little := binary.LittleEndian
	switch datatype {
	case "BOOL", "UINT8":
		c.Ints = append(c.Ints, int64(raw[0]))
	case "INT8":
		c.Ints = append(c.Ints, int64(int8(raw[0])))
	case "INT16":
		c.Ints = append(c.Ints, int64(int16(little.Uint16(raw))))
	case "UINT16":
		c.Ints = append(c.Ints, int64(little.Uint16(raw)))
	case "INT32":
		c.Ints = append(c.Ints, int64(int32(little.Uint32(raw))))
	case "UINT32":
		c.Ints = append(c.Ints, int64(little.Uint32(raw)))
	case "INT64":
		c.Ints = append(c.Ints, int64(little.Uint64(raw)))
	case "FP32":
		c.Floats = append(c.Floats, math.Float32frombits(little.Uint32(raw)))
	case "FP64":
		c.Doubles = append(c.Doubles, math.Float64frombits(little.Uint64(raw)))
	}
}

func rawTexts(tensor string, raw []byte, arena []string) ([]string, error) {
	for len(raw) > 0 {
		if len(raw) < 4 {
			return arena, TensorErrorf(tensor, "the bytes end within the length of an element")
		}
		n := int64(binary.LittleEndian.Uint32(raw))
		if raw = raw[4:]; n > int64(len(raw)) {
			return arena, TensorErrorf(tensor, "the bytes end within an element of %d bytes", n)
		}
		arena = append(arena, Text(raw[:n]))
		raw = raw[n:]
	}
	return arena, nil
}

// Bit returns an element of BOOL as a number.
func Bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Text returns bytes as a text without a copy. They must not change while it is used.
func Text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
