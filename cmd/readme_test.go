package cmd

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fenced returns the first code block of a language in the README.
func fenced(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```"+language+"\n")
	require.True(t, found)
	code, _, found := strings.Cut(rest, "```")
	require.True(t, found)
	return code
}

func TestReadmeProgramRuns(t *testing.T) {
	dir, err := os.MkdirTemp(".", "readme") // inside the module, so that its imports are found
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(path, []byte(fenced(t, "go")), 0o600))
	out, err := exec.Command("go", "run", path).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, 4, strings.Count(string(out), "test AUC 0."))
}

func TestReadmeSchemaTrains(t *testing.T) {
	dir := t.TempDir()
	schema, data := filepath.Join(dir, "log.yaml"), filepath.Join(dir, "train.csv")
	require.NoError(t, os.WriteFile(schema, []byte(fenced(t, "yaml")), 0o600))
	rows := strings.Repeat("1,a,2026-01-02 03:04:05,1.5,i,j|k\n0,b,2026-01-03 03:04:05,20,k,\n", 20)
	require.NoError(t, os.WriteFile(data, []byte("click,site,time,price,item,history\n"+rows), 0o600))
	code, _, stderr := zooCommand(t, "train", "--schema", schema, "--train", data, "--test", data, "--json")
	require.Zero(t, code, stderr)
}

func TestReadmeModelTableIsCurrent(t *testing.T) {
	code, stdout, stderr := zooCommand(t, "models", "--markdown")
	require.Zero(t, code, stderr)
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	require.Contains(t, string(text), stdout)
}
