package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/stretchr/testify/require"
)

// rawLog writes a schema and a log in it.
func rawLog(t *testing.T) (schema, log string) {
	t.Helper()
	dir := t.TempDir()
	schema, log = filepath.Join(dir, "log.yaml"), filepath.Join(dir, "log.csv")
	require.NoError(t, os.WriteFile(schema, []byte("label: y\nfields: [{name: a}, {name: x, kind: numeric}]\nsplit: {by: random, test: 0.2, valid: 0.2}\n"), 0o600))
	require.NoError(t, os.WriteFile(log, []byte("y,a,x\n"+strings.Repeat("1,p,1\n0,q,2\n0,p,3\n", 100)), 0o600))
	return schema, log
}

func TestPreparedDataTrainsLikeRawData(t *testing.T) {
	schema, log := rawLog(t)
	out := filepath.Join(t.TempDir(), "data")
	code, stdout, stderr := zooCommand(t, "prepare", "--schema", schema, "--in", log, "--out", out, "--json")
	require.Zero(t, code, stderr)
	var m, same prepared.Manifest
	require.NoError(t, json.Unmarshal([]byte(stdout), &m))
	require.Len(t, m.Parts, 3)

	train := []string{"--epochs", "2", "--batch-size", "20", "--hidden-units", "4", "--monitor", "valid_auc", "--json"}
	code, raw, stderr := zooCommand(t, append([]string{"train", "--schema", schema, "--train", log}, train...)...)
	require.Zero(t, code, stderr)
	code, prepared, stderr := zooCommand(t, append([]string{"train", "--data", out}, train...)...)
	require.Zero(t, code, stderr)
	require.Equal(t, figures(t, raw), figures(t, prepared))

	code, stdout, stderr = zooCommand(t, "describe", out, "--batch-size", "100")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "unseen in test")
	code, again, stderr := zooCommand(t, "describe", out, "--json")
	require.Zero(t, code, stderr)
	require.NoError(t, json.Unmarshal([]byte(again), &same))
	require.Equal(t, m, same)
}

func TestEvaluateFindsTheTestPartOfPreparedData(t *testing.T) {
	schema, log := rawLog(t)
	out, run := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "run")
	code, _, stderr := zooCommand(t, "prepare", "--schema", schema, "--in", log, "--out", out)
	require.Zero(t, code, stderr)
	code, _, stderr = zooCommand(t, "train", "--data", out, "--epochs", "1", "--hidden-units", "4", "--out", run)
	require.Zero(t, code, stderr)
	code, stdout, stderr := zooCommand(t, "evaluate", "--from", run, "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "auc")
}

// figures are the epochs of a run without its times.
func figures(t *testing.T, lines string) (list []map[string]any) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var epoch map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &epoch))
		delete(epoch, "seconds")
		delete(epoch, "samples_per_second")
		list = append(list, epoch)
	}
	require.NotEmpty(t, list)
	return list
}

func TestPrepareBadUsage(t *testing.T) {
	schema, log := rawLog(t)
	for want, args := range map[string]string{
		"--out: name the folder":          "prepare --data avazu --in x",
		"--in and --train are the same":   "prepare --data avazu --in x --train y --out z",
		"say what the columns of the log": "prepare --in x --out z",
		"--train: give at least one file": "prepare --data avazu --out z",
		"--skip-bad-lines must be":        "prepare --data avazu --in x --out z --skip-bad-lines -1",
		"--split is a choice of known":    "prepare --schema " + schema + " --in " + log + " --out z --split day",
		"describe takes one argument":     "describe",
		"--batch-size must be at least 1": "describe x --batch-size 0",
	} {
		code, _, stderr := zooCommand(t, strings.Fields(args)...)
		require.Equal(t, 2, code, args)
		require.Contains(t, stderr, want, args)
	}
	code, _, stderr := zooCommand(t, "describe", t.TempDir())
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "not a prepared data set")
	out := filepath.Dir(log)
	code, _, stderr = zooCommand(t, "prepare", "--schema", schema, "--in", log, "--out", out)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "file already exists, and is not empty")
	code, _, stderr = zooCommand(t, "train", "--data", "synthetic", "--memory", "10")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "--memory is for data of zoo prepare only")
}
