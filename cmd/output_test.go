//go:build unix

package cmd

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every command writes its outputs by the same code, see package safefile; here is what its users meet.
func TestOutputsDoNoHarm(t *testing.T) {
	run, test := rawRun(t)
	checkpoint := filepath.Join(run, "epoch-0003-batch-00000000")
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	before := filesOf(t, run)
	text := read(t, test)
	commands := map[string][]string{
		"predict":  {"predict", "--from", run, "--in", test, "--out"},
		"inspect":  {"inspect", run, "--dump", "a", "--out"},
		"generate": {"generate", "avazu", "--rows", "100", "--out"},
		"onnx":     {"export", "onnx", "--from", run, "--out"},
		"vectors":  {"export", "embeddings", "--from", run, "--out"},
		"prepare":  {"prepare", "--schema", filepath.Join(run, "schema.yaml"), "--in", test, "--out"},
	}
	for name, args := range commands {
		for _, out := range []string{filepath.Join(checkpoint, "weights.safetensors"), filepath.Join(run, "settings.json"), filepath.Join(run, "new.csv"), filepath.Join(checkpoint, "new")} {
			code, _, stderr := zooCommand(t, append(args, out)...)
			require.NotZero(t, code, "%s %s", name, out)
			require.NotEmpty(t, stderr)
		}
		code, _, stderr := zooCommand(t, append(args, run)...)
		require.NotZero(t, code, "%s: a folder: %s", name, stderr)
	}
	require.Equal(t, before, filesOf(t, run))

	code, _, stderr := zooCommand(t, "predict", "--from", run, "--in", test, "--out", test)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "it is what is read")
	require.Equal(t, text, read(t, test))
	code, _, stderr = zooCommand(t, "predict", "--from", run, "--in", test, "--out", os.DevNull)
	require.Zero(t, code, stderr)
	left, err := os.ReadDir(filepath.Dir(run))
	require.NoError(t, err)
	require.Len(t, left, 4, "the log, its test part, the schema and the run")
}
