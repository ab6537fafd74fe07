package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSchema(t *testing.T) {
	dir := t.TempDir()
	log, schema := filepath.Join(dir, "log.csv"), filepath.Join(dir, "schema.yaml")
	require.NoError(t, os.WriteFile(log, []byte("click,site,price\n"+strings.Repeat("1,a,0.5\n0,b,2\n", 50)), 0o600))
	code, out, stderr := zooCommand(t, "schema", log)
	require.Zero(t, code, stderr)
	require.Contains(t, out, "label: click\nfields:\n- name: site\n- name: price\n  kind: numeric\n")
	require.NoError(t, os.WriteFile(schema, []byte(out), 0o600))
	code, _, stderr = zooCommand(t, "train", "--schema", schema, "--train", log, "--epochs", "1")
	require.Zero(t, code, stderr)

	code, out, stderr = zooCommand(t, "schema", "../datasets/draft/testdata/fuxictr/dataset_config.yaml", "--dataset", "shop_x1")
	require.Zero(t, code, stderr)
	require.Contains(t, out, "shares: item")
}

func TestSchemaRefuses(t *testing.T) {
	requireRefusals(t, []refusal{
		{"schema", 2, "schema takes one argument"},
		{"schema x.csv --rows 0", 2, "--rows must be at least 1, got 0"},
		{"schema x.csv --format xml", 2, `--format: want csv, tsv, jsonl, libsvm or parquet, got "xml"`},
		{"schema x.csv --dataset a", 2, "--dataset names a data set of a .yaml file"},
		{"schema x.yaml --label a", 2, "are for a log, not for a .yaml file"},
		{"schema /nowhere.csv", 1, "open /nowhere.csv"},
		{"schema /nowhere.yaml", 1, "open /nowhere.yaml"},
	})
}
