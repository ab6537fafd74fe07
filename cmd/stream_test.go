package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
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

// A stream that is killed again and again, at random instants, ends with the bytes of one that was left alone. The long form kills
// 50 times and logs what was there then:
//
//	go test ./cmd -run AKilledStream -long -v
func TestAKilledStreamEndsWithTheSameBytes(t *testing.T) {
	want := 5
	if *long {
		want = 50
	}
	zoo, random := buildZoo(t), rand.New(rand.NewPCG(5, 6))
	_, args := drifting(t, "4", "4000")
	args = append(args, "--checkpoint-every", "20")
	straight, begun := filepath.Join(t.TempDir(), "straight"), time.Now()
	out, err := exec.Command(zoo, append(args, "--out", straight)...).CombinedOutput()
	require.NoError(t, err, string(out))
	whole := time.Since(begun)
	kills, streams, found := 0, 0, map[string]int{}
	for ; kills < want; streams++ {
		broken := filepath.Join(t.TempDir(), "broken")
		for kills < want && isKilled(t, exec.Command(zoo, append(args, "--out", broken)...), time.Duration(random.Int64N(int64(whole)))) {
			kills++
			found[leftBy(t, broken)]++
		}
		out, err = exec.Command(zoo, append(args, "--out", broken)...).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, publishedBytes(t, straight), publishedBytes(t, broken))
		require.Equal(t, withoutTimes(t, read(t, filepath.Join(straight, "days.jsonl"))), withoutTimes(t, read(t, filepath.Join(broken, "days.jsonl"))))
	}
	t.Logf("%d kills of %d streams; they left %v", kills, streams, found)
}

// isKilled starts a command and kills it after a while, unless it has come to its end.
func isKilled(t *testing.T, command *exec.Cmd, after time.Duration) bool {
	t.Helper()
	require.NoError(t, command.Start())
	timer := time.AfterFunc(after, func() { _ = command.Process.Kill() }) // it may have just come to its end
	defer timer.Stop()
	return command.Wait() != nil
}

// leftBy describes what a killed stream has left: how many days were done, and whether a file was being written.
func leftBy(t *testing.T, dir string) string {
	t.Helper()
	text, _ := os.ReadFile(filepath.Join(dir, "days.jsonl")) // it may not be there yet
	state := fmt.Sprintf("%d days", strings.Count(string(text), "\n"))
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".tmp") {
			state = "a file half-written"
			return fs.SkipAll
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // nothing was there yet
		}
		return err
	}))
	return state
}

// publishedBytes returns the hashes of the model that a stream has published, and of its solver's state.
func publishedBytes(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, file := range []string{"vocabulary.safetensors", "epoch-0002-batch-00000000/weights.safetensors", "epoch-0002-batch-00000000/solver.safetensors"} {
		files[file] = checkpoint.Hash([]byte(read(t, filepath.Join(dir, "current", file))))
	}
	return files
}

// Two ranks of this process train days as one process does, one after another and by zoo train --from.
func TestRanksOfOneProcessTrainDays(t *testing.T) {
	folder, args := drifting(t, "3", "1000")
	args = append(args[:len(args)-2], "--alpha", "0.02") // a half-life in days is for streams only
	whole, sharded := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "sharded")
	errs, out := together(t, append(args, "--json", "--out", whole)...)
	require.Equal(t, [2]error{}, errs)
	require.Equal(t, 3, strings.Count(out[0].String(), `"rows_alive"`))
	errs, _ = together(t, append(args, "--shard-tables", "--out", sharded)...)
	require.Equal(t, [2]error{}, errs)
	require.Equal(t, publishedBytes(t, whole), publishedBytes(t, sharded))
	code, _, stderr := zooCommand(t, "delta", whole, sharded, "--out", filepath.Join(t.TempDir(), "delta"))
	require.Zero(t, code, stderr)

	var next [2]string
	for i, more := range [][]string{nil, {"--shard-tables"}} {
		next[i] = filepath.Join(t.TempDir(), "next")
		errs, _ := together(t, append([]string{"train", "--from", whole, "--train", filepath.Join(folder, "2026-01-03.csv"), "--epochs", "1", "--out", next[i]}, more...)...)
		require.Equal(t, [2]error{}, errs)
	}
	require.Equal(t, finalWeights(t, next[0]), finalWeights(t, next[1]))
	errs, _ = together(t, append(args, "--batch-size", "51", "--out", filepath.Join(t.TempDir(), "x"))...)
	require.ErrorContains(t, errs[0], "batches of 51 samples cannot be divided between 2 ranks")
	require.True(t, ui.IsUsage(errs[0]))
	errs, _ = together(t, append(args, "--follow", "--out", filepath.Join(t.TempDir(), "x"))...)
	require.ErrorContains(t, errs[0], "--follow is for one process, and zoo stream was started as 2 ranks")
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

func TestDaysArePlainNumbers(t *testing.T) {
	require.Equal(t, "1.25", significant(1.2512))
	require.Equal(t, "1414", significant(1413.7))
}
