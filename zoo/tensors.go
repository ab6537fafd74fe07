package zoo

import (
	"errors"
	"fmt"
	"io"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/maruel/safetensors"
)

// tensors are named arrays, which are kept in the safetensors format: other languages read it, too.
type tensors struct {
	file    safetensors.File
	scratch []*offheap.Array[float32]
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
	dims := make([]uint64, len(shape))
	for i, n := range shape {
		dims[i] = uint64(n)
	}
	t.file.Tensors = append(t.file.Tensors, safetensors.Tensor{Name: name, DType: dtype[T](), Shape: dims, Data: offheap.Bytes(values)})
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
	return t.file.Serialize(w)
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
