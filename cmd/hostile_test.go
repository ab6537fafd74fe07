//go:build unix

package cmd

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/stretchr/testify/require"
)

// Sizes that no machine has memory for are refused with the sum, before they are asked for.
func TestAbsurdSizes(t *testing.T) {
	for _, args := range []string{
		"--batch-size 1000000000000", "--batch-size 9000000000000000000", "--hidden-units 1000000000000",
		"--embedding-dim 1000000000000", "--embedding-dim 9000000000000000000", "--model xdeepfm --cin-units 100000000000",
		"--model wukong --lcb-units 100000000000", "--model xdeepfm --batch-size 10000000000",
		"--rows 1000000000000", "--rows 9000000000000000000", "--rows 4000000000",
	} {
		code, _, stderr := zooCommand(t, append([]string{"train", "--rows", "1000", "--epochs", "1", "--json"}, strings.Fields(args)...)...)
		require.Equal(t, 1, code, args)
		require.Contains(t, stderr, "not enough memory", args)
		require.Contains(t, stderr, "needed", args)
	}
	code, _, stderr := zooCommand(t, "bench", "serve", "--rows", "1000000000000000")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "--rows must be from 24 to 2147483647, got 1000000000000000")
	code, _, stderr = zooCommand(t, "train", "--model", "wukong", "--layers", "1000000000000")
	require.Equal(t, 2, code)
	require.Contains(t, stderr, "[1, 64]")
	dir := t.TempDir()
	schema := filepath.Join(dir, "s.yaml")
	require.NoError(t, os.WriteFile(schema, []byte("label: y\nfields: [{name: a, kind: list, length: 1000000000000}]\n"), 0o600))
	code, _, stderr = zooCommand(t, "train", "--schema", schema, "--train", schema)
	require.NotZero(t, code)
	require.Contains(t, stderr, "length")
}

// Ranks that were started with different command lines all end, with the error on rank 0.
func TestRanksWithOtherCommandLines(t *testing.T) {
	for _, other := range [][]string{{"train", "--speed", "3"}, {"models"}, {"train", "--help"}, {}, {"train", "--rows", "2000"}, {"nothing"}} {
		var errs [2]error
		var running sync.WaitGroup
		for i, comm := range ranks.Local(2) {
			args := [][]string{smallRun(), other}[i]
			running.Go(func() { errs[i] = sameStart(comm, args) })
		}
		ended := make(chan struct{})
		go func() { running.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatalf("%v: they wait for each other", other)
		}
		for _, err := range errs {
			require.ErrorContains(t, err, "give all ranks the same command line", "%v", other)
			require.True(t, allHave(err))
		}
	}
}

func TestNothingToMeasureIsAnError(t *testing.T) {
	run, _ := rawRun(t)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	code, _, stderr := zooCommand(t, "evaluate", "--from", run, "--test", file("empty.csv", "y,a,x,past\n"), "--json")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "there are no samples")
	for name, text := range map[string]string{"empty": "", "blank": "\n\n", "damaged": "{\n", "other": `{"run":{}}` + "\n", "binary": "\x00\x01"} {
		code, _, stderr := zooCommand(t, "verify", file(name, text))
		require.Equal(t, 1, code, "%s: %s", name, stderr)
	}
}

func TestAMonitorOfOneClass(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	schema := file("s.yaml", "label: y\nfields: [{name: a, hash: 10}]\n")
	train := file("t.csv", "y,a\n"+strings.Repeat("1,p\n0,q\n", 50))
	valid := file("v.csv", "y,a\n"+strings.Repeat("0,q\n", 50))
	run := filepath.Join(dir, "run")
	args := []string{"train", "--schema", schema, "--train", train, "--valid", valid, "--epochs", "2", "--json"}
	code, _, stderr := zooCommand(t, append(args, "--monitor", "valid_auc")...)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "the monitor valid_auc does not exist: 0 of the 50 samples")
	code, _, stderr = zooCommand(t, append(args, "--monitor", "valid_logloss", "--out", run)...)
	require.Zero(t, code, stderr)
	// All fields are hashed: there is no vocabulary, and the model predicts all the same.
	code, out, stderr := zooCommand(t, "predict", "--from", run, "--in", valid)
	require.Zero(t, code, stderr)
	require.Equal(t, 51, strings.Count(out, "\n"))
}

func TestAConfigKeepsAListAsItIs(t *testing.T) {
	run, _ := rawRun(t)
	dir := t.TempDir()
	train := filepath.Join(dir, "a,b.csv")
	require.NoError(t, os.WriteFile(train, []byte("y,a,x,past\n1,v1,3,v2\n0,v2,1,\n"), 0o600))
	config := filepath.Join(dir, "c.yaml")
	require.NoError(t, os.WriteFile(config, []byte("train: ["+strings.ReplaceAll(`"`+train+`", "`+train+`"`, `\`, `\\`)+"]\nepochs: 1\nhidden_units: [4, 2]\n"), 0o600))
	code, _, stderr := zooCommand(t, "train", "--config", config, "--schema", filepath.Join(run, "schema.yaml"), "--json")
	require.Zero(t, code, stderr)
}

// One signal ends a program that waits for a pipe: to be opened, to be written, to be read; and one that builds what no context stops.
func TestOneSignalEndsAProgramThatWaits(t *testing.T) {
	zoo := buildZoo(t)
	run, test := rawRun(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	nobody, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { nobody.Close() })
	closed := func() string { // one for each, or a program that writes would meet one that reads
		path := filepath.Join(t.TempDir(), "closed")
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		return path
	}
	for name, args := range map[string][]string{
		"a pipe that nobody opens":  {"predict", "--from", run, "--in", closed()},
		"a pipe that nobody writes": {"predict", "--from", run, "--in", pipe},
		"standard input":            {"predict", "--from", run, "--in", "-"},
		"an output nobody opens":    {"predict", "--from", run, "--in", test, "--out", closed()},
		"training":                  {"train", "--schema", filepath.Join(run, "schema.yaml"), "--train", pipe},
		"a schema":                  {"train", "--schema", closed(), "--train", test},
		"a configuration":           {"train", "--config", closed()},
		"tokens":                    {"serve", "--from", run, "--listen", "127.0.0.1:0", "--grpc", "", "--metrics", "", "--token-file", closed()},
		"a graph of 2000 layers":    {"train", "--rows", "1000", "--hidden-units", strings.Repeat("8,", 1999) + "8"},
	} {
		signals := []os.Signal{os.Interrupt}
		if name == "training" || *long {
			signals = append(signals, syscall.SIGTERM)
			if !signal.Ignored(syscall.SIGHUP) { // as under nohup
				signals = append(signals, syscall.SIGHUP)
			}
		}
		for _, sent := range signals {
			t.Run(name+", "+sent.String(), func(t *testing.T) {
				t.Parallel()
				require.Equal(t, 1, endedBy(t, sent, zoo, args), "it ended by itself")
			})
		}
	}
}

// endedBy starts a program, sends it one signal, and returns its exit code. One that had not come so far as to listen is
// started again, and waited for longer.
func endedBy(t *testing.T, signal os.Signal, program string, args []string) int {
	t.Helper()
	for wait := 300 * time.Millisecond; ; wait *= 3 {
		command := exec.Command(program, args...)
		stdin, err := command.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		time.Sleep(wait)
		require.NoError(t, command.Process.Signal(signal))
		late := time.AfterFunc(20*time.Second, func() { _ = command.Process.Kill() })
		_ = command.Wait()
		inTime := late.Stop()
		stdin.Close()
		require.True(t, inTime, "%v does not end by %v", args, signal)
		if code := command.ProcessState.ExitCode(); code >= 0 || wait > 5*time.Second {
			return code
		}
	}
}

// Records, and what a search keeps, are regular files: nobody waits for a pipe, or reads a device without end.
func TestRecordsThatAreNoFiles(t *testing.T) {
	dir := t.TempDir()
	writeLogs(t, dir)
	t.Chdir(dir)
	require.NoError(t, syscall.Mkfifo("pipe", 0o600))
	for _, args := range [][]string{
		{"report", "pipe"}, {"report", "/dev/zero"}, {"verify", "pipe"}, {"verify", "/dev/zero"},
		{"experiment", "small", "--records", "pipe"},
	} {
		code, _, stderr := zooCommand(t, args...)
		require.Equal(t, 1, code, args)
		require.Contains(t, stderr, args[len(args)-1]+": it is no regular file")
	}
	for _, file := range []string{"search.json", "records.jsonl"} {
		out := t.TempDir()
		require.NoError(t, syscall.Mkfifo(filepath.Join(out, file), 0o600))
		code, _, stderr := zooCommand(t, "tune", "--schema", "log.yaml", "--train", "train.csv.gz", "--search", "alpha=0..1", "--trials", "2", "--epochs", "1", "--out", out)
		require.Equal(t, 1, code, file)
		require.Contains(t, stderr, filepath.Join(out, file)+": it is no regular file")
	}
}

func TestAKernelThatIsNotThere(t *testing.T) {
	command := exec.Command(buildZoo(t), "models")
	command.Env = append(os.Environ(), "CTRZOO_KERNEL=sse9")
	out, err := command.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 2, command.ProcessState.ExitCode())
	require.Contains(t, string(out), "CTRZOO_KERNEL=sse9")
}
