package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/export/verify"
	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

func TestExportONNX(t *testing.T) {
	run, _ := rawRun(t)
	out := filepath.Join(t.TempDir(), "model.onnx")
	code, stdout, stderr := zooCommand(t, "export", "onnx", "--from", run, "--out", out)
	require.Zero(t, code, stderr)
	require.Equal(t, 2, strings.Count(stdout, " bytes\n"), stdout)
	in, err := onnx.ReadInputs(out)
	require.NoError(t, err)
	require.Equal(t, onnx.IDs, in.Kind)
	require.Equal(t, []string{"a", "x", "past"}, []string{in.List[0].Name, in.List[1].Name, in.List[2].Name})
	require.Equal(t, 3, in.List[2].Columns)
	require.InDelta(t, 5, in.List[1].Scale.Mean, 0.1)

	type value struct {
		Field, Value string
		ID           int32
		Count        int64
	}
	rows, err := parquet.ReadFile[value](filepath.Join(filepath.Dir(out), "model.vocabulary.parquet"))
	require.NoError(t, err)
	require.Len(t, rows, 14) // v0 to v12, and what is out of vocabulary

	before := filesOf(t, filepath.Dir(out))
	code, _, stderr = zooCommand(t, "export", "onnx", "--from", run, "--out", out, "--inputs", "raw")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, out+": file already exists")
	require.Equal(t, before, filesOf(t, filepath.Dir(out)))

	requireRefusals(t, []refusal{
		{"export gguf", 2, `not "gguf"`},
		{"export onnx --out x", 2, "--from: give the directory of a run"},
		{"export onnx --from x", 2, "--out: give the file to write"},
		{"export onnx --from x --out y --inputs bytes", 2, `--inputs: want ids or raw, got "bytes"`},
		{"export onnx --from /nowhere --out y", 1, "/nowhere"},
		{"verify onnx", 2, "onnx takes one argument, an ONNX file"},
		{"verify onnx x", 2, "--from: give the directory of a run"},
		{"verify onnx x --from y", 2, "--in: give at least one file"},
		{"verify onnx x --from y --in z --rows -1", 2, "--rows must be at least 0, got -1"},
	})
}

func TestAFieldThatHasNoRawFormIsNamed(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	data := file("log.csv", "y,a,t\n"+strings.Repeat("1,p,2026-01-02\n0,q,2026-01-03\n", 50))
	for field, want := range map[string]string{
		"{name: deep, column: a, hash: 7}":                              `the field "deep" cannot be an input: FNV-1a`,
		"{name: day, column: t, derive: weekday, layout: '2006-01-02'}": `the field "day" cannot be an input: weekday is derived`,
		"{name: logit, column: a}":                                      `the field "logit" cannot be an input: it has the name of an output`,
	} {
		run := filepath.Join(t.TempDir(), "run")
		schema := file("schema.yaml", "label: y\nfields: ["+field+"]\n")
		code, _, stderr := zooCommand(t, "train", "--schema", schema, "--train", data, "--epochs", "1", "--out", run, "--json")
		require.Zero(t, code, stderr)
		out := filepath.Join(t.TempDir(), "model.onnx")
		code, _, stderr = zooCommand(t, "export", "onnx", "--from", run, "--out", out, "--inputs", "raw")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, want)
		require.Empty(t, filesOf(t, filepath.Dir(out)))
	}
}

func TestVerifyONNX(t *testing.T) {
	if _, err := verify.FindRuntime(); err != nil {
		t.Skip(err)
	}
	run, test := rawRun(t)
	for _, inputs := range []string{"ids", "raw"} {
		out := filepath.Join(t.TempDir(), "model.onnx")
		code, _, stderr := zooCommand(t, "export", "onnx", "--from", run, "--out", out, "--inputs", inputs)
		require.Zero(t, code, stderr)
		code, stdout, stderr := zooCommand(t, "verify", "onnx", out, "--from", run, "--in", test, "--json")
		require.Zero(t, code, stderr)
		var report verify.Report
		require.NoError(t, json.Unmarshal([]byte(stdout), &report))
		require.Equal(t, 3, report.Samples)
		require.True(t, report.Equal())

		other, _ := rawRun(t, "--seed", "2")
		code, stdout, stderr = zooCommand(t, "verify", "onnx", out, "--from", other, "--in", test)
		require.Equal(t, 1, code)
		require.Contains(t, stdout, "largest difference of logits")
		require.Contains(t, stderr, "differs from "+other)
	}
}

func TestExportEmbeddingsAndStartFromThem(t *testing.T) {
	run, _ := rawRun(t)
	dir := t.TempDir()
	for _, format := range []string{"parquet", "npy", "word2vec"} {
		code, stdout, stderr := zooCommand(t, "export", "embeddings", "--from", run, "--out", filepath.Join(dir, "v."+format), "--format", format)
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, "14 vectors of 16 values; 0 rows of zeros left out\n"+filepath.Join(dir, "v."+format)+"  ")
	}
	code, _, stderr := zooCommand(t, "export", "embeddings", "--from", run, "--out", filepath.Join(dir, "v.npy"), "--format", "npy")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "v.npy: file already exists")

	folder := filepath.Dir(run)
	train := []string{"train", "--schema", filepath.Join(folder, "schema.yaml"), "--train", filepath.Join(folder, "train.csv"), "--epochs", "1", "--json", "--hidden-units", "8"}
	for _, name := range []string{"v.parquet", "v.npy"} {
		code, _, stderr := zooCommand(t, append(train, "--embeddings", filepath.Join(dir, name))...)
		require.Zero(t, code, stderr)
		require.Contains(t, stderr, "14 of 14 rows start from 14 vectors")
	}
	for _, c := range []struct{ more, want string }{
		{"--embeddings " + filepath.Join(dir, "v.parquet") + " --embedding-dim 4", `it has 16 values, and a row of "deep/table" has 4`},
		{"--embeddings " + filepath.Join(dir, "none.parquet"), "none.parquet: no such file"},
		{"--embeddings " + filepath.Join(dir, "v.word2vec"), "not a file of embeddings"},
	} {
		code, _, stderr := zooCommand(t, append(train, strings.Fields(c.more)...)...)
		require.Equal(t, 1, code, c.more)
		require.Contains(t, stderr, c.want)
	}
	requireRefusals(t, []refusal{
		{"export embeddings --from x --out y --format hdf5", 2, `--format: want parquet, npy, word2vec or redis, got "hdf5"`},
		{"export embeddings --from x --out y --ttl 3s", 2, "--ttl is for --format redis"},
		{"export embeddings --from x --out y --format redis --ttl -3s", 2, "--ttl must be at least 0"},
		{"export embeddings --from " + run + " --out " + filepath.Join(dir, "w") + " --field nope", 1, `no field "nope" with rows of its own; there are: ["a"]`},
		{"export embeddings --from " + run + " --out redis://127.0.0.1:1 --format redis", 1, "127.0.0.1:1 after 0 rows"},
	})
}
