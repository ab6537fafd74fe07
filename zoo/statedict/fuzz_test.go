package statedict

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a file holds, reading it gives tensors or an error.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"dnn.npz", "wdl.safetensors"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"a.npz", "a.safetensors"} {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(path, data, 0o600))
			tensors, err := Read(path)
			if err != nil {
				require.ErrorIs(t, err, ErrFile)
			}
			for _, tensor := range tensors {
				n := 1
				for _, d := range tensor.Shape {
					n *= d
				}
				require.Len(t, tensor.Values, n)
			}
		}
	})
}
