package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/stretchr/testify/require"
)

func TestGenerateDrift(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	code, out, stderr := zooCommand(t, "generate", "drift", "--days", "3", "--rows", "400", "--out", dir, "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, stderr, "3 days in "+dir)
	require.Equal(t, out, read(t, filepath.Join(dir, "best_auc.jsonl")))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	var day synthetic.DriftDay
	require.NoError(t, json.Unmarshal([]byte(lines[2]), &day))
	require.Equal(t, "2026-01-03", day.Day)
	require.Equal(t, 400, day.Rows)
	require.Greater(t, day.BestAUC, 0.7)

	code, out, stderr = zooCommand(t, "train", "--schema", filepath.Join(dir, "schema.yaml"), "--train", filepath.Join(dir, "2026-01-01.csv"),
		"--test", filepath.Join(dir, "2026-01-02.csv"), "--epochs", "1", "--embedding-dim", "2")
	require.Zero(t, code, stderr+out)
}

func TestGenerateDriftPrintsATable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	code, out, stderr := zooCommand(t, "generate", "drift", "--days", "2", "--rows", "100", "--out", dir, "--births", "0", "--deaths", "0")
	require.Zero(t, code, stderr)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	require.Equal(t, strings.Fields("day rows clicks best AUC ids alive born died returned ever seen"), strings.Fields(lines[0]))
	day := strings.Fields(lines[2])
	require.Equal(t, "2026-01-02", day[0])
	require.Equal(t, []string{"27", "0", "0", "0"}, day[5:9], "alive, born, died, returned")
}

func TestGenerateDriftRefuses(t *testing.T) {
	requireRefusals(t, []refusal{
		{"generate drift", 2, "--out: name the folder to write"},
		{"generate drift --out x --days 0", 2, "--days must be at least 1, got 0"},
		{"generate drift --out x --rows 99", 2, "--rows must be from 100"},
		{"generate drift --out x --deaths 1.5", 2, "--deaths must be from 0 to 1, got 1.5"},
		{"generate drift x", 2, "drift takes no arguments"},
		{"generate drift --out . --days 1 --rows 100", 1, "and is not empty"},
	})
	_, err := os.Stat("x")
	require.ErrorIs(t, err, os.ErrNotExist)
}
