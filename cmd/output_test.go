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

// Nothing that makes a folder makes one of another kind out of a run, a stream or prepared data, nor inside of them.
func TestFoldersOfAProgramStayWhatTheyAre(t *testing.T) {
	run, test := rawRun(t)
	logs, stream := drifting(t, "1", "600")
	dir := t.TempDir()
	days, prepared, delta := filepath.Join(dir, "days of a stream"), filepath.Join(dir, "prepared"), filepath.Join(dir, "x.delta")
	schema := filepath.Join(logs, "schema.yaml")
	prepare := []string{"prepare", "--schema", schema, "--train", filepath.Join(logs, "2026-01-01.csv"), "--out"}
	for _, args := range [][]string{append(stream, "--out", days), append(prepare, prepared), {"delta", run, "--out", delta}} {
		code, _, stderr := zooCommand(t, args...)
		require.Zero(t, code, stderr)
	}
	const data = "../zoo/statedict/testdata/"
	fuxi := filepath.Join(dir, "log.yaml")
	require.NoError(t, os.WriteFile(fuxi, []byte(`{label: y, fields: [{name: user}, {name: price, kind: numeric, scale: none}, {name: item},
  {name: history, kind: list, length: 3, shares: item}, {name: tags, kind: list, length: 2, pooling: sum}]}`), 0o600))
	commands := [][]string{
		smallRun("--out"), append(stream, "--out"), prepare, {"delta", "apply", delta, "--out"}, {"generate", "drift", "--days", "1", "--rows", "100", "--out"},
		{"import", "fuxictr", data + "wdl.safetensors", "--model", "wdl", "--schema", fuxi, "--vocab", data + "vocab.json", "--embedding-dim", "4", "--hidden-units", "8,5", "--out"},
		{"predict", "--from", run, "--in", test, "--out"},
	}
	link := filepath.Join(dir, "link")
	for _, folder := range []string{run, days, prepared} {
		before := filesOf(t, folder)
		require.NoError(t, os.Symlink(folder, link))
		for _, args := range commands {
			for _, out := range []string{folder, filepath.Join(folder, "new"), filepath.Join(folder, "new", "er"), link, filepath.Join(link, "new")} {
				if folder == days && (out == days || out == link) && args[0] == "stream" {
					continue // which goes on
				}
				code, _, stderr := zooCommand(t, append(args, out)...)
				require.NotZero(t, code, "%v in %s: %s", args[:2], out, stderr)
			}
		}
		require.NoError(t, os.Remove(link))
		require.Equal(t, before, filesOf(t, folder))
	}
	code, _, stderr := zooCommand(t, smallRun("--out", days)...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "the directory holds a run already")
	code, _, stderr = zooCommand(t, append(stream, "--out", filepath.Join(run, "a", "b"))...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "it is inside a folder that belongs to a run or to prepared data: "+run)
}
