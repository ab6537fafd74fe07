package cmd

import (
	"bytes"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
)

// together runs the command as two ranks of this process, and returns the error and the output of each.
func together(t *testing.T, args ...string) (errs [2]error, out [2]bytes.Buffer) {
	t.Helper()
	var running sync.WaitGroup
	for i, comm := range ranks.Local(len(errs)) {
		running.Go(func() { errs[i] = Zoo{}.execute(t.Context(), comm, args, &out[i], &bytes.Buffer{}) })
	}
	running.Wait()
	return errs, out
}

// Open MPI may be missing where the tests run: these ranks are connected without it.
func TestRanksOfOneProcessTrainTogether(t *testing.T) {
	whole, sharded := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "sharded")
	errs, out := together(t, smallRun("--check-ranks", "3", "--out", whole)...)
	require.Equal(t, [2]error{}, errs)
	require.Equal(t, withoutTimes(t, out[0].String()), withoutTimes(t, out[1].String()))
	errs, _ = together(t, smallRun("--shard-tables", "--out", sharded)...)
	require.Equal(t, [2]error{}, errs)
	require.Equal(t, finalWeights(t, whole), finalWeights(t, sharded))

	for want, args := range map[string][]string{
		"evaluate is for one process, and was started as 2 ranks":   {"evaluate", "--from", whole},
		"bench step is for one process, and was started as 2 ranks": {"bench", "step"},
		"--batch-size must be a multiple of the 2 ranks, got 101":   smallRun("--batch-size", "101"),
	} {
		errs, _ := together(t, args...)
		for _, err := range errs {
			require.ErrorContains(t, err, want)
		}
	}
}
