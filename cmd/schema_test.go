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
	require.NoError(t, os.WriteFile(log, []byte("click,site,price\n"+strings.Repeat("1,a,0.5\n0,b,2\n0,a,0.5\n1,b,2\n", 50)), 0o600))
	code, out, stderr := zooCommand(t, "schema", log)
	require.Zero(t, code, stderr)
	require.Contains(t, out, "label: click\nfields:\n- name: site\n- name: price\n  kind: numeric\n")
	require.NoError(t, os.WriteFile(schema, []byte(out), 0o600))
	code, out, stderr = zooCommand(t, "train", "--schema", schema, "--train", log, "--epochs", "1", "--json")
	require.Zero(t, code, stderr)
	require.Contains(t, out, `"valid_auc":0.`)

	code, out, stderr = zooCommand(t, "schema", "../datasets/draft/testdata/fuxictr/dataset_config.yaml", "--dataset", "shop_x1")
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "zoo: text is left out: its preprocessing, clean_text, is not known here")
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

// The drafts of real logs train without an edit, and measure a validation part.
func TestDraftsOfRealLogsTrain(t *testing.T) {
	for _, c := range []struct {
		file    string
		numbers int
	}{
		{"avazu/train_9000.csv.gz", 0},
		{"criteo/train_10000.txt.gz", 13},
		{"ipinyou/train.fm.txt.gz", 0},
	} {
		log := filepath.Join("../../shared/data", c.file)
		if _, err := os.Stat(log); err != nil {
			t.Skipf("the sample is not here: %v", err)
		}
		code, out, stderr := zooCommand(t, "schema", log)
		require.Zero(t, code, stderr)
		require.Equal(t, c.numbers, strings.Count(out, "kind: numeric"), c.file)
		schema := filepath.Join(t.TempDir(), "log.yaml")
		require.NoError(t, os.WriteFile(schema, []byte(out), 0o600))
		code, out, stderr = zooCommand(t, "train", "--schema", schema, "--train", log, "--epochs", "1", "--hidden-units", "8", "--json")
		require.Zero(t, code, stderr)
		require.Contains(t, out, `"valid_auc":0.`)
		require.Contains(t, out, `"best_epoch":1`)
	}
}
