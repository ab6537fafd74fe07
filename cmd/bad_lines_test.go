package cmd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// badLog writes a log in which every seventh line is bad, and returns how many are.
func badLog(t *testing.T) (path string, bad int) {
	t.Helper()
	text := strings.Builder{}
	text.WriteString("y,a,x,past,id\n")
	for i := range 60 {
		if i%7 == 3 {
			bad++
			text.WriteString("1,v1\n")
			continue
		}
		fmt.Fprintf(&text, "%d,v%d,%d.5,v1|v2,%d\n", i%2, i%5, i, i)
	}
	path = filepath.Join(t.TempDir(), "bad.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path, bad
}

// Bad lines that may be left out are: the first five are shown, all are counted.
func TestPredictAndEvaluateLeaveBadLinesOut(t *testing.T) {
	run, _ := rawRun(t)
	log, bad := badLog(t)
	require.Equal(t, 9, bad)
	for _, args := range [][]string{{"predict", "--from", run, "--in", log}, {"evaluate", "--from", run, "--test", log}} {
		code, _, stderr := zooCommand(t, args...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "bad.csv, line 5")
		code, _, stderr = zooCommand(t, append(args, "--skip-bad-lines", "8")...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "(after 8 bad lines that were left out)")

		code, out, stderr := zooCommand(t, append(args, "--skip-bad-lines", "9")...)
		require.Zero(t, code, stderr)
		require.Equal(t, 5, strings.Count(stderr, "left out: "+log), stderr)
		require.Contains(t, stderr, "zoo: left out: 9 bad lines in all\n")
		if args[0] == "predict" {
			require.Equal(t, 1+51, strings.Count(out, "\n"))
			require.Contains(t, stderr, "51 predictions")
		} else {
			require.Contains(t, out, "samples      51")
		}
	}
	requireRefusals(t, []refusal{
		{"predict --from r --in x --skip-bad-lines -1", 2, "--skip-bad-lines must be at least 0, got -1"},
		{"evaluate --from r --skip-bad-lines -1", 2, "--skip-bad-lines must be at least 0, got -1"},
	})
}

// All columns of the log come out beside the predictions, in JSON with numbers as numbers.
func TestPredictKeepsAllColumns(t *testing.T) {
	run, test := rawRun(t)
	code, out, stderr := zooCommand(t, "predict", "--from", run, "--in", test, "--keep", "all")
	require.Zero(t, code, stderr)
	header, _, _ := strings.Cut(read(t, test), "\n")
	require.True(t, strings.HasPrefix(out, header+",prediction\n"), out)

	log := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, os.WriteFile(log, []byte("a,x,past,id,code,prediction\nv1,0.50,v1,12,007,0.1\nv2,-3,,12345678901234567890,1e5,0.2\n"), 0o600))
	path := filepath.Join(t.TempDir(), "out.jsonl")
	code, _, stderr = zooCommand(t, "predict", "--from", run, "--in", log, "--keep", "all", "--out", path)
	require.Zero(t, code, stderr)
	lines := strings.Split(read(t, path), "\n")
	require.Regexp(t, `^\{"a":"v1","code":"007","id":12,"past":"v1","prediction":0\.\d+,"x":0\.50\}$`, lines[0])
	require.Regexp(t, `^\{"a":"v2","code":"1e5","id":"12345678901234567890","past":"","prediction":0\.\d+,"x":-3\}$`, lines[1])
}
