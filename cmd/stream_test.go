package cmd

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// drifting writes days of a log whose ids are born and die, and returns the flags of a stream over them.
func drifting(t *testing.T, days, rows string) (folder string, args []string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "logs")
	code, _, stderr := zooCommand(t, "generate", "drift", "--days", days, "--rows", rows, "--out", folder)
	require.Zero(t, code, stderr)
	return folder, []string{
		"stream", "--schema", filepath.Join(folder, "schema.yaml"), "--days", filepath.Join(folder, "2026*.csv"),
		"--embedding-dim", "4", "--hidden-units", "8", "--batch-size", "50", "--half-life", "0.3days",
	}
}

func TestStream(t *testing.T) {
	folder, args := drifting(t, "5", "3000")
	run := filepath.Join(t.TempDir(), "run")
	code, stdout, stderr := zooCommand(t, append(args, "--out", run, "--json")...)
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 5)
	for i, line := range lines {
		var day map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &day))
		require.Equal(t, "2026-01-0"+string(rune('1'+i)), day["day"])
		for _, name := range []string{"rows_alive", "rows_new", "rows_evicted", "rows_returned", "memory_bytes", "seconds"} {
			require.Contains(t, day, name)
		}
		for _, name := range []string{"test_auc", "test_logloss", "test_calibration", "unknown_share"} {
			if i == 0 {
				require.NotContains(t, day, name)
			} else {
				require.Contains(t, day, name)
			}
		}
	}
	// The folder is read as a run.
	last := filepath.Join(folder, "2026-01-05.csv")
	for _, verb := range [][]string{{"evaluate", "--from", run, "--test", last}, {"predict", "--from", run, "--in", last, "--out", "-"}, {"inspect", run}} {
		code, _, stderr := zooCommand(t, verb...)
		require.Zero(t, code, "%v: %s", verb, stderr)
	}
	code, stdout, stderr = zooCommand(t, append(args, "--out", run)...)
	require.Zero(t, code, stderr)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "all days are done; the latest is 2026-01-05")

	for want, more := range map[string][]string{
		"was started with other settings": {"--seed", "2"},
		"there is no such file":           {"--days", filepath.Join(folder, "x*.csv")},
		"comes twice":                     {"--days", last},
		"--buckets does not apply":        {"--buckets", "3"},
		"--evict-idle exclude each other": {"--evict-idle", "3", "--keep-values"},
		"--evict-idle must be at least 1": {"--evict-idle", "0"},
	} {
		code, _, stderr := zooCommand(t, append(append(args, "--out", run), more...)...)
		require.Equal(t, 2, code, stderr)
		require.Contains(t, stderr, want)
	}
}

// Under a solver whose rows never vanish values leave only if that is asked for.
func TestStreamEvictsIdleValues(t *testing.T) {
	_, args := drifting(t, "4", "2000")
	args = append(args[:len(args)-2], "--solver", "adam", "--json") // which has no --half-life
	code, stdout, stderr := zooCommand(t, append(args, "--out", filepath.Join(t.TempDir(), "all"))...)
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "no value leaves: Adam")
	require.NotContains(t, stdout, "rows_evicted_idle")
	code, stdout, stderr = zooCommand(t, append(args, "--evict-idle", "50", "--out", filepath.Join(t.TempDir(), "some"))...)
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "this changes predictions")
	require.Contains(t, stderr, "not been seen for about 1.25 days")
	var last map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout[strings.LastIndex(strings.TrimSpace(stdout), "\n")+1:]), &last))
	require.Positive(t, last["rows_evicted"])
	require.Equal(t, last["rows_evicted"], last["rows_evicted_idle"])
}

// A stream that is killed again and again ends with the bytes of one that was left alone.
func TestAKilledStreamEndsWithTheSameBytes(t *testing.T) {
	zoo := buildZoo(t)
	_, args := drifting(t, "4", "4000")
	args = append(args, "--checkpoint-every", "20")
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	out, err := exec.Command(zoo, append(args, "--out", straight)...).CombinedOutput()
	require.NoError(t, err, string(out))
	kills := 8
	if *long {
		kills = 50
	}
	for i := range kills {
		killSoon(t, exec.Command(zoo, append(args, "--out", broken)...), i)
	}
	out, err = exec.Command(zoo, append(args, "--out", broken)...).CombinedOutput()
	require.NoError(t, err, string(out))
	for _, file := range []string{"vocabulary.safetensors", "epoch-0002-batch-00000000/weights.safetensors", "epoch-0002-batch-00000000/solver.safetensors"} {
		require.Equal(t, read(t, filepath.Join(straight, "current", file)), read(t, filepath.Join(broken, "current", file)), file)
	}
}

func TestTrainFrom(t *testing.T) {
	folder, _ := drifting(t, "3", "2000")
	day := func(n string) string { return filepath.Join(folder, "2026-01-0"+n+".csv") }
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
	train := func(args ...string) (int, string) {
		code, _, stderr := zooCommand(t, append([]string{"train", "--epochs", "1", "--test", day("3")}, args...)...)
		return code, stderr
	}
	code, stderr := train("--schema", filepath.Join(folder, "schema.yaml"), "--train", day("1"), "--out", one, "--embedding-dim", "4", "--hidden-units", "8", "--alpha", "1e-3")
	require.Zero(t, code, stderr)
	code, stderr = train("--from", one, "--train", day("2"), "--out", two)
	require.Zero(t, code, stderr)
	_, stdout, _ := zooCommand(t, "inspect", two)
	require.Contains(t, stdout, "EmbeddingDim:4", "the flags of the run are taken over")
	require.Contains(t, stdout, "alpha=0.001")
	require.Contains(t, stdout, "8 steps, 1 epochs", "steps go on")
	code, stderr = train("--resume", two, "--epochs", "2")
	require.Zero(t, code, stderr)
	code, stderr = train("--from", one, "--train", day("2"), "--solver", "adam")
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "of it only the weights are taken")

	other := filepath.Join(t.TempDir(), "other.yaml")
	require.NoError(t, os.WriteFile(other, []byte("label: click\nfields: [{name: user}]\n"), 0o600))
	for want, args := range map[string][]string{
		"model: it has":          {"--embedding-dim", "8"},
		"it has 1 fields, but":   {"--schema", other},
		"--from needs a raw log": {"--data", "synthetic"},
	} {
		args = append([]string{"--from", one, "--train", day("2")}, args...)
		if want == "--from needs a raw log" {
			args = []string{"--from", one, "--data", "synthetic"}
		}
		code, stderr := train(args...)
		require.NotZero(t, code)
		require.Contains(t, stderr, want)
	}
}

// killSoon starts a command and kills it after a while that grows from call to call.
func killSoon(t *testing.T, command *exec.Cmd, i int) {
	t.Helper()
	require.NoError(t, command.Start())
	time.Sleep(time.Duration(30+37*i) * time.Millisecond)
	require.NoError(t, command.Process.Kill())
	_ = command.Wait() // it was killed, or has just come to its end
}
