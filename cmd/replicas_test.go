package cmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Replicas stay equal, more of them than cores, too; tables that are spread over them are whole ones; a run is interrupted and goes on
// with the same bytes, and with another number of them.
func TestReplicas(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	train := func(args ...string) string {
		code, out, stderr := zooCommand(t, args...)
		require.Zero(t, code, stderr)
		return out
	}
	of := func(name string, more ...string) []string {
		return smallRun(append([]string{"--dropout", "0.3", "--check-ranks", "3", "--out", in(name)}, more...)...)
	}
	for _, n := range []string{"2", "5"} {
		out := train(of("whole"+n, "--replicas", n)...)
		require.Equal(t, 2, strings.Count(out, "\n"), "one of them prints")
		train(of("sharded"+n, "--replicas", n, "--shard-tables")...)
		require.Equal(t, finalWeights(t, in("whole"+n)), finalWeights(t, in("sharded"+n)))
	}
	interruptedAfter(t, 1, of("broken", "--replicas", "2"))
	train("train", "--resume", in("broken"))
	require.Equal(t, finalWeights(t, in("whole2")), finalWeights(t, in("broken")))
	train("train", "--resume", in("whole5"), "--epochs", "3", "--replicas", "4")

	requireRefusals(t, []refusal{
		{"train --replicas 0", 2, "--replicas must be at least 1, got 0"},
		{"train --replicas 3", 2, "--batch-size must be a multiple of --replicas (3), got 512"},
		{"train --replicas 1024", 2, "--batch-size must be a multiple of --replicas (1024), got 512"},
		{"train --replicas 2 --shard-tables --solver sam", 1, "SAM needs"},
	})
}
