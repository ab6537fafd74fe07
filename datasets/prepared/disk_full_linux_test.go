package prepared

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

// A limit on the size of files stands for a disk that is full at every place in turn: in the spool,
// in a part, in the vocabulary, in the manifest. Nothing may be left that looks like a data set. The
// limit is that of a process, so the work is done in one of its own.
func TestAFullDiskLeavesNothingBehind(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "data")
	train := testlog.Write(t, "train.csv", testlog.Train)
	failed := 0
	for limit := 0; ; limit += 256 {
		child := exec.Command(os.Args[0], "-test.run=^TestPrepareWithALimit$")
		child.Env = append(os.Environ(), "CTRZOO_FILE_LIMIT="+strconv.Itoa(limit), "CTRZOO_IN="+train, "CTRZOO_OUT="+dir)
		out, err := child.CombinedOutput()
		if err == nil {
			break
		}
		failed++
		require.Contains(t, string(out), "file too large")
		require.Contains(t, string(out), parent)
		entries, err := os.ReadDir(parent)
		require.NoError(t, err)
		require.Empty(t, entries)
	}
	require.Greater(t, failed, 3)
	_, err := Open(t.Context(), dir, Options{})
	require.NoError(t, err)
}

// TestPrepareWithALimit is the process that is limited.
func TestPrepareWithALimit(t *testing.T) {
	text := os.Getenv("CTRZOO_FILE_LIMIT")
	if text == "" {
		t.Skip("a part of TestAFullDiskLeavesNothingBehind")
	}
	limit, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	s, err := schema.Parse([]byte(testlog.Schema))
	require.NoError(t, err)
	signal.Ignore(syscall.SIGXFSZ)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}))
	_, err = Write(t.Context(), os.Getenv("CTRZOO_OUT"), encode.Input{Schema: s, Files: rawlog.Files{Train: []string{os.Getenv("CTRZOO_IN")}}})
	if err != nil {
		fmt.Println(err)
		t.Fail()
	}
}
