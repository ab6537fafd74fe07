//go:build linux || darwin

package cmd

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// fileLimit names a variable of the environment: the largest file that TestCommandWithLimit may write.
const fileLimit = "CTRZOO_TEST_FILE_LIMIT"

// TestCommandWithLimit is the command in a process of its own, in which files can only grow so far.
// It is how a full disk is made: every write beyond the limit fails.
func TestCommandWithLimit(t *testing.T) {
	limit, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64)
	if err != nil {
		t.Skip("only started by other tests")
	}
	var r syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r))
	r.Cur = limit
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r))
	for i, arg := range os.Args {
		if arg == "--" {
			os.Exit(Zoo{}.Run(context.Background(), os.Args[i+1:], os.Stdout, os.Stderr))
		}
	}
}

// limited runs the command in a process that can only write files of so many bytes.
func limited(t *testing.T, limit int64, args ...string) (code int, stderr string) {
	t.Helper()
	command := exec.Command(os.Args[0], append([]string{"-test.run=^TestCommandWithLimit$", "--"}, args...)...)
	command.Env = append(os.Environ(), fileLimit+"="+strconv.FormatInt(limit, 10))
	var errs strings.Builder
	command.Stderr = &errs
	if err := command.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return command.ProcessState.ExitCode(), errs.String()
}

func TestADiskThatIsFullLeavesTheLastCheckpoint(t *testing.T) {
	straight, broken := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	code, _, stderr := zooCommand(t, smallRun("--out", straight, "--epochs", "3")...)
	require.Zero(t, code, stderr)
	code, _, stderr = zooCommand(t, smallRun("--out", broken)...)
	require.Zero(t, code, stderr)

	before := filesOf(t, broken)
	sizes := map[string]int64{"settings": 0, "weights": 4096}
	for _, name := range []string{"weights", "solver"} {
		info, err := os.Stat(filepath.Join(broken, "epoch-0003-batch-00000000", name+".safetensors"))
		require.NoError(t, err)
		sizes[name+" but for a byte"] = info.Size() - 1
	}
	for name, limit := range sizes {
		code, stderr := limited(t, limit, "train", "--resume", broken, "--epochs", "3", "--json")
		require.Equal(t, 1, code, "%s: %s", name, stderr)
		require.Contains(t, stderr, "file too large", name)
		require.Contains(t, stderr, "the last checkpoint before that is "+filepath.Join(broken, "epoch-0003-batch-00000000"), name)
		after := filesOf(t, broken)
		delete(after, "/settings.json") // has the raised number of epochs
		delete(before, "/settings.json")
		require.Equal(t, before, after, name)
		saved, err := predict.Load(broken)
		require.NoError(t, err, name)
		saved.Free()
	}
	code, _, stderr = zooCommand(t, "train", "--resume", broken, "--epochs", "3", "--json")
	require.Zero(t, code, stderr)
	require.Equal(t, remains(t, straight), remains(t, broken))
}

func TestARunThatCannotSaveAnythingMayBeginAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	code, stderr := limited(t, 4096, smallRun("--out", dir)...)
	require.Equal(t, 1, code, stderr)
	require.Contains(t, stderr, "file too large")
	code, _, stderr = zooCommand(t, smallRun("--out", dir)...)
	require.Zero(t, code, stderr)
}

func TestPredictionsThatDoNotFitOnTheDisk(t *testing.T) {
	run, test := rawRun(t)
	dir := t.TempDir()
	for _, name := range []string{"p.csv", "p.tsv", "p.jsonl", "p.parquet"} {
		out := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(out, []byte("older"), 0o600))
		code, stderr := limited(t, 20, "predict", "--from", run, "--in", test, "--out", out)
		require.Equal(t, 1, code, stderr)
		require.Contains(t, stderr, "file too large")
		text, err := os.ReadFile(out)
		require.NoError(t, err)
		require.Equal(t, "older", string(text), "what was there stays")
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 4, "nothing half-written is left")
}

func TestPredictionsToAFullDevice(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("needs a device that is always full: ", err)
	}
	defer full.Close()
	dir, test := rawRun(t)
	var stderr strings.Builder
	code := Zoo{}.Run(t.Context(), []string{"predict", "--from", dir, "--in", test}, full, &stderr)
	require.Equal(t, 1, code)
	require.Contains(t, stderr.String(), "no space left on device")
}

func TestAnExportThatDoesNotFitOnTheDisk(t *testing.T) {
	run, _ := rawRun(t)
	dir := t.TempDir()
	for args, limit := range map[string]int64{
		"onnx --inputs ids": 100, "onnx --inputs raw": 5000,
		"embeddings --format parquet": 300, "embeddings --format npy": 900, "embeddings --format word2vec": 900,
	} {
		form := strings.Fields(args)
		code, stderr := limited(t, limit, append(append([]string{"export"}, form...), "--from", run, "--out", filepath.Join(dir, "model"))...)
		require.Equal(t, 1, code, "%s: %s", args, stderr)
		require.Contains(t, stderr, "file too large", args)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left, "%s: nothing half-written is left", args)
	}
}
