package checkpoint

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/maruel/safetensors"
)

// Tensors are named arrays. They are written in the safetensors format, which other languages read, too.
type Tensors struct {
	arrays  []array
	scratch []*offheap.Array[float32]
	written bool
}

// array is a named array, and what writes its bytes.
type array struct {
	name  string
	dtype safetensors.DType
	shape []int
	bytes uint64
	write func(io.Writer) error
}

// dtype is the name of an element in the format.
func dtype[T offheap.Number]() safetensors.DType {
	var zero T
	switch any(zero).(type) {
	case uint8:
		return safetensors.U8
	case uint16: // there is no other use of 16 bits
		return safetensors.BF16
	case int32:
		return safetensors.I32
	case uint32:
		return safetensors.U32
	case uint64:
		return safetensors.U64
	case float32:
		return safetensors.F32
	default:
		return safetensors.F64
	}
}

// Add adds an array. It is not copied. Without a shape it has one dimension.
func Add[T offheap.Number](t *Tensors, name string, values []T, shape ...int) {
	data := offheap.Bytes(values)
	AddStream[T](t, name, len(values), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}, shape...)
}

// AddStream is Add for count values that write writes when the tensors are written.
func AddStream[T offheap.Number](t *Tensors, name string, count int, write func(io.Writer) error, shape ...int) {
	if shape == nil {
		shape = []int{count}
	}
	var zero T
	t.arrays = append(t.arrays, array{name, dtype[T](), shape, uint64(count) * uint64(unsafe.Sizeof(zero)), write})
}

// Room returns memory for an array that is not kept elsewhere. It is valid until Free.
func (t *Tensors) Room(n int) ([]float32, error) {
	a, err := offheap.New[float32](n)
	if err != nil {
		return nil, err
	}
	t.scratch = append(t.scratch, a)
	return a.Data(), nil
}

// Free gives the memory of Room back.
func (t *Tensors) Free() {
	for _, a := range t.scratch {
		a.Free()
	}
}

// Write writes all arrays. It goes on to the end if one of them fails, and returns the first error: in a parallel job
// other ranks take part in each array.
func (t *Tensors) Write(w io.Writer) error {
	if offheap.Bytes([]uint32{1})[0] != 1 {
		return errors.New("zoo: checkpoints need a little-endian machine")
	}
	header, err := t.header()
	if err == nil {
		_, err = w.Write(header)
	}
	t.written = true
	for _, a := range t.arrays {
		if e := a.write(w); err == nil {
			err = e
		}
	}
	return err
}

// Finish writes to nowhere what was not written, so that other ranks, who take part, do not wait.
func (t *Tensors) Finish() error {
	if t.written {
		return nil
	}
	return t.Write(io.Discard)
}

// header is the length of a JSON object in 8 bytes, and the object, which ends at a multiple of 8.
func (t *Tensors) header() ([]byte, error) {
	text := []byte("{")
	var from uint64
	for i, a := range t.arrays {
		name, err := json.Marshal(a.name)
		entry, otherErr := json.Marshal(struct {
			DType   safetensors.DType `json:"dtype"`
			Shape   []int             `json:"shape"`
			Offsets [2]uint64         `json:"data_offsets"`
		}{a.dtype, a.shape, [2]uint64{from, from + a.bytes}})
		if err := errors.Join(err, otherErr); err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, name...), ':'), entry...)
		from += a.bytes
	}
	text = append(text, '}')
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), nil
}
