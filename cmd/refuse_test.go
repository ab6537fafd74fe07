package cmd

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/stretchr/testify/require"
)

// filesOf are the hashes of all regular files in a directory, but for the lock.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || e.Name() == "lock" {
			return err
		}
		data, err := os.ReadFile(path)
		sum := sha256.Sum256(data)
		files[strings.TrimPrefix(path, dir)] = hex.EncodeToString(sum[:])
		return err
	}))
	return files
}

// refused runs the command, which must fail with exit code 1 and leave the directory as it is.
func refused(t *testing.T, dir, want string, args ...string) {
	t.Helper()
	before := filesOf(t, dir)
	code, stdout, stderr := zooCommand(t, args...)
	require.Equal(t, 1, code, stderr)
	require.Contains(t, stderr, want)
	require.Empty(t, stdout)
	require.Equal(t, before, filesOf(t, dir))
}

func TestADirectoryInUseIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	code, _, stderr := zooCommand(t, smallRun("--out", dir)...)
	require.Zero(t, code, stderr)
	first, err := checkpoint.Open(dir)
	require.NoError(t, err)
	refused(t, dir, "another run is using the directory", "train", "--resume", dir, "--epochs", "3", "--json")
	refused(t, dir, "another run is using the directory", smallRun("--out", dir)...)
	require.NoError(t, first.Close())
	code, _, stderr = zooCommand(t, "train", "--resume", dir, "--epochs", "3", "--json")
	require.Zero(t, code, stderr)
}

func TestADirectoryThatCannotBeWrittenIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file") // nobody can write below it, not even root
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	refused(t, dir, "file: not a directory", smallRun("--out", filepath.Join(file, "run"))...)
	run, test := rawRun(t)
	refused(t, dir, "not a directory", "predict", "--from", run, "--in", test, "--out", filepath.Join(file, "p.csv"))
}

func TestResumeRefusesOtherFiles(t *testing.T) {
	for name, c := range map[string]struct{ file, from, to, want string }{
		"data":     {"train.csv", "0,v0,0,v0|v0,0\n", "1,v0,0,v0|v0,0\n", "the checkpoint is of another run: training data: it has"},
		"fewer":    {"train.csv", "1,v2,4,v1|v5,499\n", "", "the checkpoint is of another run: training data: it has"},
		"values":   {"train.csv", "v6", "V6", "vocabulary.safetensors is another"},
		"fields":   {"schema.yaml", "{name: a}, ", "{name: a}, {name: id}, ", "the checkpoint is of another run: schema (fields): it has"},
		"kind":     {"schema.yaml", "kind: numeric", "kind: categorical", "the checkpoint is of another run: schema (fields): it has"},
		"schema":   {"schema.yaml", "length: 3", "length: 2", "the checkpoint is of another run: schema (fields): it has"},
		"no field": {"schema.yaml", "{name: x", "{name: z", `column "z"`},
	} {
		t.Run(name, func(t *testing.T) {
			run, _ := rawRun(t)
			path := filepath.Join(filepath.Dir(run), c.file)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			changed := strings.ReplaceAll(string(text), c.from, c.to)
			require.NotEqual(t, string(text), changed)
			require.NoError(t, os.WriteFile(path, []byte(changed), 0o600))
			refused(t, run, c.want, "train", "--resume", run, "--epochs", "3", "--json")
			require.NoError(t, os.WriteFile(path, text, 0o600))
			code, _, stderr := zooCommand(t, "train", "--resume", run, "--epochs", "3", "--json")
			require.Zero(t, code, stderr)
		})
	}
}
