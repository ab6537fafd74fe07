package peer

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/bench"
	"github.com/stretchr/testify/require"
)

// Every model of the zoo is compared with a module of PyTorch.
func TestEveryModelHasAPeer(t *testing.T) {
	left := bench.Models()
	for _, c := range stepCases {
		delete(left, c.model)
	}
	require.Empty(t, left, "models that are not compared")
	files, err := fs.Glob(scripts, "testdata/*.py")
	require.NoError(t, err)
	modules := map[string]bool{}
	for _, f := range files {
		text, err := fs.ReadFile(scripts, f)
		require.NoError(t, err)
		for _, class := range regexp.MustCompile(`(?m)^class (\w+)`).FindAllStringSubmatch(string(text), -1) {
			modules[strings.ToLower(class[1])] = true
		}
	}
	for model := range bench.Models() {
		require.True(t, modules[model], "no module %s", model)
	}
}

// slowPeer is a Python whose PyTorch multiplies matrices at a thousandth of a GFLOP/s, and takes steps in 2 ms.
const slowPeer = `#!/bin/sh
case "$1" in
*blas.py) echo '{"torch": "9.1", "threads": 2, "blas": "generic", "libraries": ["libblas.so.3.11.0"], "gflops": 0.001}' ;;
*torch_step.py) echo '{"wall_min_ms": 2}' ;;
esac
`

// An unoptimised BLAS is refused, unless it is asked for, and is named in either case.
func TestASlowPeerIsRefused(t *testing.T) {
	python := filepath.Join(t.TempDir(), "python")
	require.NoError(t, os.WriteFile(python, []byte(slowPeer), 0o700))
	peer := func(args ...string) (string, error) {
		cmd := NewCommand()
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SetArgs(append([]string{"--python", python, "--model", "lr", "--rounds", "1"}, args...))
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	out, err := peer("--json")
	require.ErrorIs(t, err, errSlowPeer)
	require.ErrorContains(t, err, "PyTorch 9.1, BLAS generic: libblas.so.3.11.0 multiplies matrices at 0 GFLOP/s")
	require.NotContains(t, out, "{", "nothing is compared")

	out, err = peer("--any-blas", "--json")
	require.NoError(t, err)
	first, second, _ := bytes.Cut([]byte(out), []byte("\n"))
	var named blasRecord
	require.NoError(t, json.Unmarshal(first, &named))
	require.Equal(t, "PyTorch 9.1, BLAS generic: libblas.so.3.11.0", named.name())
	require.Equal(t, 0.001, named.AVX512)
	require.Positive(t, named.Zoo)
	var step stepRecord
	require.NoError(t, json.Unmarshal(second, &step))
	require.Equal(t, []any{"lr", 1024, 2., 2.}, []any{step.Model, step.BatchSize, step.AVX2, step.AVX512})
	require.Positive(t, step.Zoo)
}

func TestAnOptimisedBLASHasATenthOfOurSpeed(t *testing.T) {
	require.NoError(t, (&blasRecord{Zoo: 450, AVX2: 30, AVX512: 46}).check())
	require.ErrorIs(t, (&blasRecord{Zoo: 450, AVX2: 44, AVX512: 7}).check(), errSlowPeer)
}
