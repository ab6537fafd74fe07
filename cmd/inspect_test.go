package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"
)

func TestInspectPrintsAndDumps(t *testing.T) {
	run, _ := rawRun(t)
	code, out, stderr := zooCommand(t, "inspect", run)
	require.Zero(t, code, stderr)
	for _, want := range []string{"zoo.DNN{EmbeddingDim:16 HiddenUnits:[8] Dropout:0}", "20 steps, 2 epochs", "weights.safetensors", "deep/numeric", "mean norm by frequency"} {
		require.Contains(t, out, want)
	}
	code, out, stderr = zooCommand(t, "inspect", run, "--json")
	require.Zero(t, code, stderr)
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, 20.0, report["Steps"])

	code, out, stderr = zooCommand(t, "inspect", run, "--dump", "a")
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Equal(t, "id,value,count,norm,vector", lines[0])
	require.True(t, strings.HasPrefix(lines[2], "1,v0,278,"), lines[2]) // of 500 rows i: 72 with i%7 = 0, 167 with i%3 = 0, 39 with i%13 = 0
	require.Len(t, strings.Fields(lines[2]), 16)

	path := filepath.Join(t.TempDir(), "a.parquet")
	code, _, stderr = zooCommand(t, "inspect", run, "--dump", "a", "--out", path)
	require.Zero(t, code, stderr)
	rows, err := parquet.ReadFile[struct {
		ID     int64     `parquet:"id"`
		Value  string    `parquet:"value"`
		Count  int64     `parquet:"count"`
		Norm   float32   `parquet:"norm"`
		Vector []float32 `parquet:"vector"`
	}](path)
	require.NoError(t, err)
	require.Len(t, rows, len(lines)-1)
	require.Equal(t, "v0", rows[1].Value)
	require.EqualValues(t, 278, rows[1].Count)
	require.Len(t, rows[1].Vector, 16)

	for args, want := range map[string]string{
		"":                                "inspect: give the directory",
		run + " --dump nothing":           `no field "nothing" with rows of its own; there are: ["a"]`,
		run + " --dump a --table nowhere": `no table "nowhere"`,
		run + " --out x":                  "need --dump",
	} {
		code, _, stderr := zooCommand(t, append([]string{"inspect"}, strings.Fields(args)...)...)
		require.Equal(t, 2, code)
		require.Contains(t, stderr, want)
	}
}

// Buckets have no vocabulary, and so no frequencies and no values.
func TestInspectOfHashedFields(t *testing.T) {
	for _, fields := range []string{"{name: h, column: a, hash: 7}", "{name: h, column: a, hash: 7}, {name: a}"} {
		dir := t.TempDir()
		schema, data, run := filepath.Join(dir, "schema.yaml"), filepath.Join(dir, "log.csv"), filepath.Join(dir, "run")
		require.NoError(t, os.WriteFile(schema, []byte("label: y\nfields: ["+fields+"]\n"), 0o600))
		require.NoError(t, os.WriteFile(data, []byte("y,a\n"+strings.Repeat("1,p\n0,q\n", 50)), 0o600))
		code, _, stderr := zooCommand(t, "train", "--schema", schema, "--train", data, "--epochs", "1", "--out", run, "--json")
		require.Zero(t, code, stderr)
		code, stdout, stderr := zooCommand(t, "inspect", run)
		require.Zero(t, code, stderr)
		require.Regexp(t, `deep/table +h +8 `, stdout)
		require.Equal(t, strings.Contains(fields, "{name: a}"), strings.Contains(stdout, "mean norm by frequency"))
		code, stdout, stderr = zooCommand(t, "inspect", run, "--dump", "h")
		require.Zero(t, code, stderr)
		require.Equal(t, 9, strings.Count(stdout, "\n"))
	}
}
