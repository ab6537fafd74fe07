package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDelta(t *testing.T) {
	folder, args := drifting(t, "3", "2000")
	run := filepath.Join(t.TempDir(), "run")
	code, _, stderr := zooCommand(t, append(args, "--out", run)...)
	require.Zero(t, code, stderr)
	day := func(n string) string { return filepath.Join(run, "days", "2026-01-0"+n) }
	at := t.TempDir()
	in := func(name string) string { return filepath.Join(at, name) }

	do := func(args ...string) string {
		code, stdout, stderr := zooCommand(t, append([]string{"delta"}, args...)...)
		require.Zero(t, code, stderr)
		return stdout
	}
	do(day("2"), "--out", in("02.delta"))
	table := do(day("2"), run, "--out", in("03.delta"))
	require.Contains(t, table, "deep/table")
	require.Contains(t, table, "MB, the whole model")
	do("apply", in("02.delta"), "--out", in("02"))
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(do("apply", in("03.delta"), "--to", in("02"), "--out", in("03"), "--json")), &report))
	info, err := os.Stat(in("03.delta"))
	require.NoError(t, err)
	require.EqualValues(t, info.Size(), report["bytes"])

	predict := func(from string) string {
		code, stdout, stderr := zooCommand(t, "predict", "--from", from, "--in", filepath.Join(folder, "2026-01-03.csv"), "--out", "-")
		require.Zero(t, code, stderr)
		return stdout
	}
	require.Equal(t, predict(run), predict(in("03")))

	for want, args := range map[string][]string{
		"delta: " + in("03.delta") + ": the delta starts from another model": {"delta", "apply", in("03.delta"), "--to", run, "--out", in("x")},
		in("03") + ": file already exists":                                   {"delta", "apply", in("03.delta"), "--to", in("02"), "--out", in("03")},
	} {
		code, _, stderr := zooCommand(t, args...)
		require.Equal(t, 1, code, stderr)
		require.Contains(t, stderr, want)
	}
	for want, args := range map[string][]string{
		"delta takes two models":    {"delta"},
		"apply takes one argument":  {"delta", "apply"},
		"--out: give what to write": {"delta", run},
	} {
		code, _, stderr := zooCommand(t, args...)
		require.Equal(t, 2, code, stderr)
		require.Contains(t, stderr, want)
	}
}
