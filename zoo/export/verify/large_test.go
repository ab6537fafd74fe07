package verify

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("long", false, "export and run a table of more than 2 GB")

// A message of protocol buffers ends at 2 GB; a table does not. Its export takes no memory to speak of.
func TestATableOfMoreThan2GB(t *testing.T) {
	if !*long {
		t.Skip("needs -long, 5 GB of memory and 2.3 GB of disk")
	}
	const rows = 36_000_000 // of 16 values: 2.3 GB
	saved := untrained(t, zoo.DNN{HiddenUnits: []int{8}}, rows)
	before := peak(t)
	path := save(t, saved, onnx.IDs)
	grown := peak(t) - before
	t.Logf("the export of %d MB took %d MB more", saved.Weights.Get("deep/table").Shape.TotalSize()*4>>20, grown>>10)
	require.Less(t, grown, 500<<10)
	needsRuntime(t)
	agree(t, 0, 500, func(o Options) (*Report, error) { return Batches(t.Context(), path, saved, batches(rows, 500), o) })
}

// peak returns the most memory that the process has had so far, in KB.
func peak(t *testing.T) (kb int) {
	t.Helper()
	f, err := os.Open("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "VmHWM:") {
			_, err := fmt.Sscanf(s.Text(), "VmHWM: %d kB", &kb)
			require.NoError(t, err)
		}
	}
	return kb
}
