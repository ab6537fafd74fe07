package statedict

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/internal/npy"
	"github.com/maruel/safetensors"
)

// Tensor is a tensor of a state dict, in row-major order.
type Tensor struct {
	Shape  []int
	Values []float32
}

// ErrFile is wrapped by the error of a file that is no state dict of float32 or float64.
var ErrFile = errors.New("not a state dict that can be read")

// Read reads a state dict: an npz file of NumPy if its name ends with .npz, else safetensors. Tensors of integers, such as
// the counters of batch norms, are left out.
func Read(path string) (map[string]*Tensor, error) {
	read := readSafetensors
	if filepath.Ext(path) == ".npz" {
		read = readNPZ
	}
	tensors, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("statedict: %s is %w: %w", path, ErrFile, err)
	}
	return tensors, nil
}

func readSafetensors(path string) (map[string]*Tensor, error) {
	regular, err := safefile.Open(path) // a pipe cannot be mapped
	if err != nil {
		return nil, err
	}
	regular.Close()
	var m safetensors.Mapped
	if err := m.Open(path); err != nil {
		return nil, err
	}
	defer m.Close()
	return tensorsOf(m.File)
}

// tensorsOf copies the tensors of a file.
func tensorsOf(f *safetensors.File) (map[string]*Tensor, error) {
	tensors := map[string]*Tensor{}
	for _, t := range f.Tensors {
		shape := make([]int, len(t.Shape))
		for i, n := range t.Shape {
			shape[i] = int(n)
		}
		var err error
		switch t.DType {
		case safetensors.F32:
			tensors[t.Name], err = newTensor(shape, t.Data, 4)
		case safetensors.F64:
			tensors[t.Name], err = newTensor(shape, t.Data, 8)
		case safetensors.F16, safetensors.BF16:
			err = fmt.Errorf("its values are %s; save them as float32", t.DType)
		}
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
	}
	return tensors, nil
}

// newTensor reads values of 4 or 8 bytes.
func newTensor(shape []int, data []byte, size int) (*Tensor, error) {
	if bytes := offheap.Times(uint64(size), shape...); bytes != offheap.Times(1, len(data)) {
		return nil, fmt.Errorf("the shape %v does not have %d bytes", shape, len(data))
	}
	t := &Tensor{Shape: shape, Values: make([]float32, len(data)/size)}
	for i := range t.Values {
		if size == 4 {
			t.Values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		} else {
			t.Values[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])))
		}
	}
	return t, nil
}

func readNPZ(path string) (map[string]*Tensor, error) {
	f, err := safefile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return tensorsOfArchive(f, info.Size())
}

// tensorsOfArchive reads the tensors of an npz file of a size.
func tensorsOfArchive(r io.ReaderAt, size int64) (map[string]*Tensor, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	tensors := map[string]*Tensor{}
	for _, file := range archive.File {
		name := strings.TrimSuffix(file.Name, ".npy")
		t, err := readNPY(file)
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		if t != nil {
			tensors[name] = t
		}
	}
	return tensors, nil
}

// readNPY reads an array; nil is one of integers.
func readNPY(file *zip.File) (*Tensor, error) {
	r, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h, err := npy.Read(r)
	if err != nil {
		return nil, err
	}
	if strings.Contains("iub", h.Type[1:2]) {
		return nil, nil
	}
	size := map[string]int{"<f4": 4, "<f8": 8}[h.Type]
	if size == 0 || h.Fortran {
		return nil, fmt.Errorf("want float32 or float64 in C order, got %v", h)
	}
	// A few bytes may unpack to more than there is memory for.
	need := offheap.Times(uint64(size), h.Shape...)
	if need > offheap.Need(file.UncompressedSize64) {
		return nil, fmt.Errorf("the shape %v needs %v, and the array has %d", h.Shape, need, file.UncompressedSize64)
	}
	if err := need.And(need).Check(); err != nil { // its bytes, and its values
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(need)+1))
	if err != nil {
		return nil, err
	}
	return newTensor(h.Shape, data, size)
}
