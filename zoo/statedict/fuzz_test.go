package statedict

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/internal/fuzzing"
	"github.com/maruel/safetensors"
	"github.com/stretchr/testify/require"
)

// Whatever a file holds, reading it gives tensors or an error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"dnn.npz", "wdl.safetensors"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add(npz(f, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", []byte{0, 0, 128, 63}))
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
