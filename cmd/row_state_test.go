package cmd

import (
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/stretchr/testify/require"
)

// solverState are the tensors of the solver in the latest checkpoint of a directory.
func solverState(t *testing.T, dir string) *checkpoint.Mapped {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "epoch-*"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	state, err := checkpoint.OpenState(paths[len(paths)-1])
	require.NoError(t, err)
	t.Cleanup(func() { state.Close() })
	return state
}

// A run with half the state is half the file but for weights and steps, resumes with the same bytes, and is another run than one
// with the whole state.
func TestRowStateInBFloat16(t *testing.T) {
	dir := t.TempDir()
	train := func(name string, more ...string) {
		code, _, stderr := zooCommand(t, append(smallRun("--out", filepath.Join(dir, name)), more...)...)
		require.Zero(t, code, stderr)
	}
	train("whole")
	train("half", "--row-state", "bf16")
	train("other", "--row-state", "bf16", "--seed", "2")
	interruptedAfter(t, 1, smallRun("--out", filepath.Join(dir, "broken"), "--row-state", "bf16"))
	code, _, stderr := zooCommand(t, "train", "--resume", filepath.Join(dir, "broken"))
	require.Zero(t, code, stderr)

	require.Equal(t, finalWeights(t, filepath.Join(dir, "half")), finalWeights(t, filepath.Join(dir, "broken")))
	require.NotEqual(t, finalWeights(t, filepath.Join(dir, "half")), finalWeights(t, filepath.Join(dir, "whole")))
	whole, half := solverState(t, filepath.Join(dir, "whole")), solverState(t, filepath.Join(dir, "half"))
	of := func(state *checkpoint.Mapped, name string) int {
		for _, tensor := range state.Tensors {
			if tensor.Name == name {
				return len(tensor.Data)
			}
		}
		return 0
	}
	for _, moment := range []string{"deep/table/m", "deep/table/v"} {
		require.Positive(t, of(whole, moment))
		require.Equal(t, of(whole, moment), 2*of(half, moment))
	}
	requireRefusals(t, []refusal{
		{"train --resume " + filepath.Join(dir, "half") + " --row-state float32", 2, "--row-state is float32, but the run in " + filepath.Join(dir, "half") + " was started with bf16"},
		{"train --solver adagrad --row-state bf16", 2, "--row-state does not apply to --solver adagrad"},
		{"train --row-state half", 2, `invalid argument "half" for "--row-state" flag: unknown precision "half": want float32 or bf16`},
	})
}
