package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestGenerate(t *testing.T) {
	for _, name := range []string{"lzd.csv", "lzd.csv.gz", "lzd.csv.zst"} {
		path := filepath.Join(t.TempDir(), name)
		code, out, stderr := zooCommand(t, "generate", "lzd", "--rows", "3000", "--out", path)
		require.Zero(t, code, stderr)
		require.Empty(t, out)
		require.Contains(t, stderr, "3000 rows in the shape of lzd; the best AUC that can be expected on the last day is 0.8")
		code, _, stderr = zooCommand(t, "train", "--data", "lzd", "--train", path, "--epochs", "1", "--embedding-dim", "2")
		require.Zero(t, code, stderr)
	}
	code, out, _ := zooCommand(t, "generate", "avazu", "--rows", "100", "--out", "-")
	require.Zero(t, code)
	require.Equal(t, 101, strings.Count(out, "\n"))
}

func TestGenerateRefuses(t *testing.T) {
	requireRefusals(t, []refusal{
		{"generate", 2, "generate takes one argument"},
		{"generate criteo --out x", 2, `unknown data set "criteo"; known: lzd, avazu`},
		{"generate lzd", 2, "--out: give the file to write"},
		{"generate lzd --out x --rows 1", 2, "--rows must be at least 100, got 1"},
		{"generate lzd --out /nowhere/x.csv", 1, "--out: lstat /nowhere: no such file or directory"},
	})
	_, err := os.Stat("x")
	require.ErrorIs(t, err, os.ErrNotExist)
}
