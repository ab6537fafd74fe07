package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestImport(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	schema := file("log.yaml", `{label: y, fields: [{name: user}, {name: price, kind: numeric, scale: none}, {name: item},
  {name: history, kind: list, length: 3, shares: item}, {name: tags, kind: list, length: 2, pooling: sum}]}`)
	const data = "../zoo/statedict/testdata/"
	more := []string{"--schema", schema, "--vocab", data + "vocab.json", "--embedding-dim", "4", "--hidden-units", "8,5"}
	verb := func(args ...string) []string { return append(append([]string{"import"}, args...), more...) }

	run := filepath.Join(dir, "run")
	code, stdout, stderr := zooCommand(t, verb("fuxictr", data+"wdl.safetensors", "--model", "wdl", "--out", run)...)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "zoo predict --from "+run)
	code, want, stderr := zooCommand(t, "predict", "--from", run, "--in", data+"log.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, 41, strings.Count(want, "\n"))
	code, _, stderr = zooCommand(t, "export", "onnx", "--from", run, "--out", filepath.Join(dir, "model.onnx"), "--inputs", "raw")
	require.Zero(t, code, stderr)

	// The same by a mapping of one's own.
	mapping, err := os.ReadFile("../zoo/statedict/mappings/fuxictr_wdl.yaml")
	require.NoError(t, err)
	own := filepath.Join(dir, "own")
	code, _, stderr = zooCommand(t, verb("torch", data+"wdl.safetensors", "--model", "wdl", "--out", own, "--mapping", file("map.yaml", string(mapping)))...)
	require.Zero(t, code, stderr)
	code, got, stderr := zooCommand(t, "predict", "--from", own, "--in", data+"log.csv")
	require.Zero(t, code, stderr)
	require.Equal(t, want, got)

	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"fuxictr " + data + "wdl.safetensors --model wdl --out " + run, 1, run},
		{"fuxictr " + data + "wdl.safetensors --model dnn --out " + dir + "/x", 1, "are to come from 0 tensors"},
		{"fuxictr " + data + "wdl.safetensors --model wukong --out " + dir + "/x", 2, "there is no mapping of FuxiCTR for \"wukong\""},
		{"fuxictr /nowhere --model wdl --out " + dir + "/x", 1, "/nowhere"},
		{"torch x --out y", 2, "--mapping: give a file"},
		{"torch x --out y --mapping " + file("bad.yaml", "weight: []"), 2, "bad.yaml"},
	} {
		code, _, stderr := zooCommand(t, verb(strings.Fields(c.args)...)...)
		require.Equal(t, c.code, code, "%s: %s", c.args, stderr)
		require.Contains(t, stderr, c.want)
		require.NoDirExists(t, dir+"/x")
	}
	requireRefusals(t, []refusal{
		{"import keras", 2, `import takes fuxictr or torch, not "keras"`},
		{"import fuxictr", 2, "takes one argument, a state dict"},
		{"import fuxictr x", 2, "--schema must be given"},
	})
}
