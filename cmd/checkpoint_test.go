package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallRun are flags of a run of a few steps.
func smallRun(more ...string) []string {
	return append([]string{"train", "--rows", "2000", "--hidden-units", "8", "--embedding-dim", "4", "--batch-size", "100", "--epochs", "2", "--json"}, more...)
}

// finalWeights are the weights of a directory's latest checkpoint.
func finalWeights(t *testing.T, dir string) []byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "epoch-*", "weights.safetensors"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	data, err := os.ReadFile(paths[len(paths)-1])
	require.NoError(t, err)
	return data
}

// withoutTimes are JSON records without what differs from run to run.
func withoutTimes(t *testing.T, out string) (records []map[string]any) {
	t.Helper()
	for line := range strings.Lines(out) {
		record := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		delete(record, "seconds")
		delete(record, "samples_per_second")
		records = append(records, record)
	}
	return records
}

// interruptedAfter runs the command and interrupts it when it has printed a number of records.
func interruptedAfter(t *testing.T, records int, args []string) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	out := &cancellingWriter{left: records, cancel: cancel}
	var errs bytes.Buffer
	require.Equal(t, 1, Zoo{}.Run(ctx, args, out, &errs))
	return out.String(), errs.String()
}

type cancellingWriter struct {
	bytes.Buffer
	left   int
	cancel func()
}

func (w *cancellingWriter) Write(p []byte) (int, error) {
	if w.left -= bytes.Count(p, []byte("\n")); w.left <= 0 {
		w.cancel()
	}
	return w.Buffer.Write(p)
}

func TestTrainResumesWithTheFlagsOfTheStart(t *testing.T) {
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	code, want, stderr := zooCommand(t, smallRun("--out", straight, "--alpha", "0.001")...)
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "zoo predict --from "+straight)

	first, stderr := interruptedAfter(t, 1, smallRun("--out", broken, "--alpha", "0.001"))
	require.Contains(t, stderr, "go on with: zoo train --resume "+broken)
	require.Contains(t, stderr, "zoo: interrupted")
	code, second, stderr := zooCommand(t, "train", "--resume", broken, "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "going on from epoch-0002-batch-0000000")

	require.Equal(t, withoutTimes(t, want), withoutTimes(t, first+second))
	require.Equal(t, finalWeights(t, straight), finalWeights(t, broken))

	code, out, stderr := zooCommand(t, "train", "--resume", broken)
	require.Zero(t, code)
	require.Contains(t, stderr, "the run has ended after 2 epochs; to go on, raise --epochs")
	require.NotContains(t, out, "\n    2")
	code, out, _ = zooCommand(t, "train", "--resume", broken, "--epochs", "3", "--json", "--seed", "1")
	require.Zero(t, code)
	require.Contains(t, out, `"epoch":3`)
	code, _, stderr = zooCommand(t, "train", "--resume", broken)
	require.Zero(t, code)
	require.Contains(t, stderr, "has ended after 3 epochs", "a raised number is kept")
}

func TestResumeRefusesOtherFlags(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	code, _, stderr := zooCommand(t, smallRun("--out", dir)...)
	require.Zero(t, code, stderr)
	weights := finalWeights(t, dir)
	settings, err := os.ReadFile(filepath.Join(dir, "settings.json"))
	require.NoError(t, err)
	requireRefusals(t, []refusal{
		{"train --out " + dir, 1, "the directory holds a run already: resume it, or choose another directory"},
		{"train --out x --resume " + dir, 2, "give one of them"},
		{"train --resume " + dir + " --hidden-units 9", 2, "--hidden-units is 9, but the run in " + dir + " was started with 8"},
		{"train --resume " + dir + " --alpha 1", 2, "--alpha was not given when the run in " + dir + " was started"},
		{"train --resume " + dir + " --model wdl", 2, "--model was not given"},
		{"train --resume " + dir + " --precision bf16", 2, "--precision was not given when the run in " + dir + " was started"},
		{"train --resume " + dir + " --rows 3000", 2, "--rows is 3000, but"},
		{"train --resume " + dir + "x", 1, "the directory holds no run"},
		{"train --out " + dir + "x --solver adam,adamar", 2, "a directory holds the run of one solver"},
		{"train --checkpoint-every 5", 2, "--checkpoint-every needs --out"},
		{"train --out x --checkpoint-every 0", 2, "want a number of steps or a time such as 10m"},
		{"train --out x --checkpoint-every -5m", 2, "want a number of steps or a time"},
		{"train --out x --keep 0", 2, "--keep must be at least 1"},
		{"train --patience 1", 2, "--patience needs --monitor"},
		{"train --monitor valid_auc", 2, "need a validation part"},
		{"train --monitor auc --data avazu --train x --valid y", 2, "--monitor: want valid_auc or valid_logloss"},
	})
	require.Equal(t, weights, finalWeights(t, dir))
	after, err := os.ReadFile(filepath.Join(dir, "settings.json"))
	require.NoError(t, err)
	require.Equal(t, settings, after)
}
