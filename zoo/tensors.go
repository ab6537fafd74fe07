package zoo

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/maruel/safetensors"
)

// tensors are named arrays, which are kept in the safetensors format: other languages read it, too.
type tensors struct {
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

// add adds an array. It is not copied. Without a shape it has one dimension.
func add[T offheap.Number](t *tensors, name string, values []T, shape ...int) {
	if shape == nil {
		shape = []int{len(values)}
	}
	data := offheap.Bytes(values)
	t.arrays = append(t.arrays, array{name, dtype[T](), shape, uint64(len(data)), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}})
}

// room is memory for an array that is not kept elsewhere, until free.
func (t *tensors) room(n int) ([]float32, error) {
	a, err := offheap.New[float32](n)
	if err != nil {
		return nil, err
	}
	t.scratch = append(t.scratch, a)
	return a.Data(), nil
}

func (t *tensors) free() {
	for _, a := range t.scratch {
		a.Free()
	}
}

func (t *tensors) write(w io.Writer) error {
	if offheap.Bytes([]uint32{1})[0] != 1 {
		return errors.New("zoo: checkpoints need a little-endian machine")
	}
	header, err := t.header()
	if err == nil {
		_, err = w.Write(header)
	}
	t.written = true
	for _, a := range t.arrays {
		if e := a.write(w); err == nil { // to the end: other ranks may take part
			err = e
		}
	}
	return err
}

// header is the length of a JSON object in 8 bytes, and the object, which ends at a multiple of 8.
func (t *tensors) header() ([]byte, error) {
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

// mapped is a file of tensors, mapped to memory.
type mapped struct {
	safetensors.Mapped
	path string
}

// openTensors maps a file that is known to be whole.
func openTensors(path string) (*mapped, error) {
	m := &mapped{path: path}
	if err := m.Open(path); err != nil {
		return nil, fmt.Errorf("%s is %w: %w", path, ErrDamaged, err)
	}
	return m, nil
}

func (m *mapped) find(name string) *safetensors.Tensor {
	for i := range m.Tensors {
		if m.Tensors[i].Name == name {
			return &m.Tensors[i]
		}
	}
	return nil
}

// read copies an array of as many values as dst has.
func read[T offheap.Number](m *mapped, name string, dst []T) error {
	t := m.find(name)
	if t == nil {
		return fmt.Errorf("%s is %w: it has no %q", m.path, ErrDamaged, name)
	}
	if data := offheap.Bytes(dst); t.DType != dtype[T]() || copy(data, t.Data) != len(t.Data) || len(t.Data) != len(data) {
		return fmt.Errorf("%s is %w: %q is %v %v, want %d values of %v", m.path, ErrDamaged, name, t.DType, t.Shape, len(dst), dtype[T]())
	}
	return nil
}

// view is a whole array, valid while the file is open: the mapped memory itself, unless the array
// stands at an odd place there.
func view[T offheap.Number](m *mapped, name string) ([]T, error) {
	var zero T
	t := m.find(name)
	if t != nil && t.DType == dtype[T]() && len(t.Data) > 0 {
		if at := unsafe.Pointer(unsafe.SliceData(t.Data)); uintptr(at)%unsafe.Sizeof(zero) == 0 {
			return unsafe.Slice((*T)(at), len(t.Data)/int(unsafe.Sizeof(zero))), nil
		}
	}
	size := 0
	if t != nil {
		size = len(t.Data) / int(unsafe.Sizeof(zero))
	}
	values := make([]T, size)
	return values, read(m, name, values)
}
