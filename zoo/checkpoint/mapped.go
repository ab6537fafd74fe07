package checkpoint

import (
	"fmt"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/maruel/safetensors"
)

// Mapped is a file of tensors, mapped to memory.
type Mapped struct {
	safetensors.Mapped
	path string
}

// openMapped maps a file that is known to be whole.
func openMapped(path string) (*Mapped, error) {
	m := &Mapped{path: path}
	f, err := safefile.Open(path) // a regular file: mapping another one may wait for ever
	if err != nil {
		return nil, err
	}
	f.Close()
	if err := m.Open(path); err != nil {
		return nil, fmt.Errorf("%s is %w: %w", path, ErrDamaged, err)
	}
	return m, nil
}

// Damaged returns an error that wraps ErrDamaged and names the file.
func (m *Mapped) Damaged(how string, a ...any) error {
	return fmt.Errorf("%s is %w: %s", m.path, ErrDamaged, fmt.Sprintf(how, a...))
}

// IsOf says whether an array has elements of a type.
func IsOf[T offheap.Number](t *safetensors.Tensor) bool { return t.DType == dtype[T]() }

// Has says whether the file has an array of that name.
func (m *Mapped) Has(name string) bool { return m.find(name) != nil }

func (m *Mapped) find(name string) *safetensors.Tensor {
	for i := range m.Tensors {
		if m.Tensors[i].Name == name {
			return &m.Tensors[i]
		}
	}
	return nil
}

// Read copies an array of as many values as dst has.
func Read[T offheap.Number](m *Mapped, name string, dst []T) error {
	t := m.find(name)
	if t == nil {
		return m.Damaged("it has no %q", name)
	}
	if data := offheap.Bytes(dst); t.DType != dtype[T]() || copy(data, t.Data) != len(t.Data) || len(t.Data) != len(data) {
		return m.Damaged("%q is %v %v, want %d values of %v", name, t.DType, t.Shape, len(dst), dtype[T]())
	}
	return nil
}

// View returns a whole array, valid while the file is open: the mapped memory itself, unless the array begins at an odd
// place there.
func View[T offheap.Number](m *Mapped, name string) ([]T, error) {
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
	return values, Read(m, name, values)
}
