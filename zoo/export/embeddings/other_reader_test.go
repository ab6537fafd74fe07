package embeddings

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/stretchr/testify/require"
)

// NumPy is that of Debian's python3-numpy.
func TestNumPyReadsTheSameBits(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("python3-numpy is not installed")
	}
	m := trained(t, 1, values)
	const script = `import csv, json, numpy, sys
v = numpy.load(sys.argv[1])
assert v.dtype == numpy.float32 and v.ndim == 2
print(json.dumps([dict(r, vector=x.tobytes().hex()) for r, x in zip(csv.DictReader(open(sys.argv[2], newline="")), v, strict=True)]))`
	path := save(t, "v.npy", NPY, m, Options{})
	sameRows(t, all(t, m), exec.Command(python, "-c", script, path, valuesPath(path)))
}

// hyparquet shares no code with ours. CTRZOO_NODE_MODULES is the folder node_modules after:
// npm install hyparquet@1.17.1 hyparquet-compressors@1.1.1
func TestAnotherReaderReadsTheSameBits(t *testing.T) {
	modules := os.Getenv("CTRZOO_NODE_MODULES")
	if _, err := os.Stat(filepath.Join(modules, "hyparquet")); modules == "" || err != nil {
		t.Skip("CTRZOO_NODE_MODULES does not say where hyparquet is")
	}
	m := trained(t, 1, values)
	sameRows(t, all(t, m), exec.Command("node", "testdata/read_parquet.mjs", modules, save(t, "v.parquet", Parquet, m, Options{})))
}

// sameRows asserts that a program prints the rows, as JSON, with the bytes of their vectors.
func sameRows(t *testing.T, want []row, program *exec.Cmd) {
	t.Helper()
	out, err := program.CombinedOutput()
	require.NoError(t, err, string(out))
	var got []struct {
		Field, Value, Vector string
		ID, Count            json.Number
	}
	require.NoError(t, json.Unmarshal(out, &got), string(out))
	require.Len(t, got, len(want))
	for i, w := range want {
		require.Equal(t, []string{w.field, w.text(), hex.EncodeToString(offheap.Bytes(w.Vector))}, []string{got[i].Field, got[i].Value, got[i].Vector})
	}
}
