package cmd

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/stretchr/testify/require"
)

// A run with rows in bfloat16 saves them as float32 for those who predict and as they are for itself, resumes with the same bytes, has
// those of as many ranks however their tables are spread, and is another run than one with rows in float32.
func TestRowWeightsInBFloat16(t *testing.T) {
	dir := t.TempDir()
	train := func(name string, more ...string) {
		code, _, stderr := zooCommand(t, append(smallRun("--out", filepath.Join(dir, name)), more...)...)
		require.Zero(t, code, stderr)
	}
	train("whole")
	train("half", "--row-weights", "bf16", "--row-state", "bf16")
	interruptedAfter(t, 1, smallRun("--out", filepath.Join(dir, "broken"), "--row-weights", "bf16", "--row-state", "bf16"))
	code, _, stderr := zooCommand(t, "train", "--resume", filepath.Join(dir, "broken"))
	require.Zero(t, code, stderr)
	require.Equal(t, finalWeights(t, filepath.Join(dir, "half")), finalWeights(t, filepath.Join(dir, "broken")))
	require.NotEqual(t, finalWeights(t, filepath.Join(dir, "half")), finalWeights(t, filepath.Join(dir, "whole")))

	train("replicas", "--row-weights", "bf16", "--replicas", "2")
	train("shards", "--row-weights", "bf16", "--replicas", "2", "--shard-tables")
	require.Equal(t, finalWeights(t, filepath.Join(dir, "replicas")), finalWeights(t, filepath.Join(dir, "shards")))

	rows, values := 0, 0
	for _, tensor := range solverState(t, filepath.Join(dir, "half")).Tensors {
		switch tensor.Name {
		case "deep/table/unsettled":
			require.True(t, checkpoint.IsOf[uint16](&tensor))
			values = len(tensor.Data) / 2
		case "deep/table/steps":
			rows = len(tensor.Data) / 8
		}
	}
	require.Positive(t, rows)
	require.Zero(t, values%rows)
	code, stdout, stderr := zooCommand(t, "inspect", filepath.Join(dir, "half"))
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "row_weights=bf16")

	requireRefusals(t, []refusal{
		{"train --resume " + filepath.Join(dir, "half") + " --row-weights float32", 2, "--row-weights is float32, but the run in " + filepath.Join(dir, "half") + " was started with bf16"},
		{"train --solver adagrad --row-weights bf16", 2, "--row-weights does not apply to --solver adagrad"},
		{"train --solver sam --row-weights bf16", 2, "--row-weights does not apply to --solver sam"},
		{"train --row-weights half", 2, `invalid argument "half" for "--row-weights" flag: unknown precision "half": want float32 or bf16`},
	})
}
