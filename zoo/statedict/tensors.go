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
	var m safetensors.Mapped
	if err := m.Open(path); err != nil {
		return nil, err
	}
	defer m.Close()
	tensors := map[string]*Tensor{}
	for _, t := range m.Tensors {
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
	n := 1
	for _, d := range shape {
		n *= d
	}
	if len(data) != n*size {
		return nil, fmt.Errorf("the shape %v does not have %d bytes", shape, len(data))
	}
	t := &Tensor{Shape: shape, Values: make([]float32, n)}
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
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
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
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return newTensor(h.Shape, data, size)
}
