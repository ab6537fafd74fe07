package statedict

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/maruel/safetensors"
	"github.com/stretchr/testify/require"
)

// Whatever a file holds, reading it gives tensors or an error. The seeds are small, since mutations of all bytes are to be tried.
func FuzzRead(f *testing.F) {
	f.Add(npz(f, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", []byte{0, 0, 128, 63}))
	f.Add(plainNPZ(f,
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"+string(make([]byte, 16)),
		"{'descr': '<i8', 'fortran_order': False, 'shape': (), }"+string(make([]byte, 8)),
	))
	f.Add(safetensorsFile(`{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},` +
		`"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"c":{"dtype":"F64","shape":[1],"data_offsets":[16,24]}}`))
	fuzzing.Fuzz(f, func(t *testing.T, data []byte) {
		tensors, _ := tensorsOfArchive(bytes.NewReader(data), int64(len(data)))
		checkShapes(t, tensors)
		if parsed, err := safetensors.Parse(data); err == nil {
			tensors, _ = tensorsOf(parsed)
			checkShapes(t, tensors)
		}
	})
}

// checkShapes asserts that tensors have as many values as their shapes say.
func checkShapes(t *testing.T, tensors map[string]*Tensor) {
	for _, tensor := range tensors {
		n := 1
		for _, d := range tensor.Shape {
			n *= d
		}
		require.Len(t, tensor.Values, n)
	}
}

// plainNPZ is a file of arrays that are not packed. It has no checksums, so that a mutation of an array is no error yet.
func plainNPZ(t testing.TB, arrays ...string) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for i, array := range arrays {
		data := "\x93NUMPY\x01\x00" + string([]byte{byte(strings.Index(array, "}") + 1), 0}) + array
		size := uint64(len(data))
		entry, err := w.CreateRaw(&zip.FileHeader{Name: string(rune('a'+i)) + ".npy", CompressedSize64: size, UncompressedSize64: size})
		require.NoError(t, err)
		_, err = io.WriteString(entry, data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return file.Bytes()
}

// safetensorsFile is a header, and 24 bytes of values.
func safetensorsFile(header string) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), make([]byte, 24)...)
}

func TestSeedsAreRead(t *testing.T) {
	data := plainNPZ(t, "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"+string(make([]byte, 16)))
	tensors, err := tensorsOfArchive(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Equal(t, map[string]*Tensor{"a": {Shape: []int{1, 2}, Values: []float32{0, 0}}}, tensors)
}

// npz is a file of one packed array with a header.
func npz(t testing.TB, header string, values []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	array, err := w.Create("a.npy")
	require.NoError(t, err)
	_, err = array.Write(append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(header)), 0})+header), values...))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return file.Bytes()
}

func TestArraysThatLie(t *testing.T) {
	for header, want := range map[string]string{
		"{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }": "needs more than 2^64 bytes",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }":            "needs 8000000000 bytes",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }":                     "does not have 13 bytes",
	} {
		path := filepath.Join(t.TempDir(), "a.npz")
		require.NoError(t, os.WriteFile(path, npz(t, header, make([]byte, 1<<20)), 0o600))
		_, err := Read(path)
		require.ErrorIs(t, err, ErrFile, header)
		require.ErrorContains(t, err, want, header)
	}
	for _, name := range []string{"pipe.npz", "pipe.safetensors"} {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		_, err := Read(path)
		require.ErrorIs(t, err, ErrFile, name)
	}
}
