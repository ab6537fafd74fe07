package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"unsafe"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/edsrzf/mmap-go"
	"github.com/maruel/safetensors"
)

// Mapped is a file of tensors, mapped to memory for reading. It holds the file open: what is mapped stays valid when the file
// gets another name, or is removed. Nobody may make the file shorter meanwhile.
type Mapped struct {
	*safetensors.File
	path   string
	file   *os.File
	memory mmap.MMap // nil if the file could not be mapped, and was read
}

// OpenTensors maps a file of tensors that were sealed, see Tensors.Seal. The error of one whose bytes have changed wraps
// ErrDamaged.
func OpenTensors(path string) (*Mapped, error) {
	m, err := openMapped(path)
	if err != nil {
		return nil, err
	}
	if err := m.checkSeal(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// openMapped maps a file. Where that is not possible, it reads the file. A file that is no file of tensors is an error that wraps
// ErrDamaged; the values of the tensors are not looked at.
func openMapped(path string) (*Mapped, error) {
	file, err := safefile.Open(path) // a regular file: a pipe has no end
	if err != nil {
		return nil, err
	}
	m := &Mapped{path: path, file: file}
	data, err := m.open()
	if err == nil {
		if m.File, err = safetensors.Parse(data); err != nil {
			err = m.Damaged("%w", err)
		}
	}
	if err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// open returns the bytes of the file.
func (m *Mapped) open() (data []byte, err error) {
	if m.memory, err = mmap.Map(m.file, mmap.RDONLY, 0); err == nil {
		return m.memory, nil
	}
	m.memory = nil
	return io.ReadAll(m.file) // from a file system that cannot map, or of a file of no bytes
}

// Close gives the memory back. No view of an array may be used afterwards.
func (m *Mapped) Close() error {
	var err error
	if m.memory != nil {
		err = m.memory.Unmap()
	}
	return errors.Join(err, m.file.Close())
}

// Check reads the whole file and compares it with what was written. It goes through the file and not through its mapping, so
// that the pages do not count as memory of the process.
func (m *Mapped) Check(ctx context.Context, written Part) error {
	info, err := m.file.Stat()
	if err != nil {
		return err
	}
	return written.compare(ctx, io.NewSectionReader(m.file, 0, info.Size()), m.path)
}

// Damaged returns an error that wraps ErrDamaged and names the file.
func (m *Mapped) Damaged(how string, a ...any) error {
	return fmt.Errorf("%s is %w: %w", m.path, ErrDamaged, fmt.Errorf(how, a...))
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
