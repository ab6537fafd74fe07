package cmd

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// completed are the words that a shell is offered for the last argument.
func completed(t *testing.T, args ...string) []string {
	t.Helper()
	code, out, stderr := zooCommand(t, append([]string{"__complete"}, args...)...)
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[:len(lines)-1] // the last one says what to do if there are none
}

func TestValuesAreCompleted(t *testing.T) {
	run, _ := rawRun(t)
	dir := filepath.Dir(run)
	require.Equal(t, []string{"adagrad", "adagradw", "adagradar"}, completed(t, "train", "--solver", "adag"))
	require.Equal(t, []string{"adam,rmsprop-ar"}, completed(t, "train", "--solver", "adam,rm"))
	require.Equal(t, []string{"deepfm"}, completed(t, "train", "--model", "dee"))
	require.Equal(t, []string{"deepfm"}, completed(t, "experiment", "small", "--models", "dee"))
	require.Equal(t, []string{"avazu"}, completed(t, "prepare", "--data", "av"))
	require.Equal(t, []string{"constant", "cosine"}, completed(t, "train", "--schedule", "co"))
	require.Equal(t, []string{"valid_logloss"}, completed(t, "train", "--monitor", "valid_l"))
	require.Equal(t, []string{"auc,pr_auc"}, completed(t, "evaluate", "--metrics", "auc,pr"))
	require.Contains(t, completed(t, "experiment", "sm"), "small")
	require.Equal(t, []string{run}, completed(t, "predict", "--from", dir+"/"))
	require.Equal(t, []string{run}, completed(t, "train", "--resume", filepath.Join(dir, "r")))
}
