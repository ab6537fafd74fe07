package report

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/stretchr/testify/require"
)

// resultGrids are the files of records in results, in the order of the report.
var resultGrids = []string{"adam-table", "adagrad-table", "ablation-buckets", "alpha-sensitivity", "learning-curve", "backbones"}

// What is committed beside the records, and in docs/experiments.md, is what the records tell. To bring it up to
// date: zoo report adam-table.jsonl adagrad-table.jsonl ... --out . in the folder results.
func TestResultsAreThoseOfTheRecords(t *testing.T) {
	var stores []*experiment.Store
	for _, grid := range resultGrids {
		s, err := experiment.ReadStore(filepath.Join("..", "results", grid+".jsonl"))
		require.NoError(t, err)
		require.Empty(t, s.Damaged)
		require.NotEmpty(t, s.Records())
		stores = append(stores, s)
	}
	dir := t.TempDir()
	require.NoError(t, Write(dir, Summarize(stores...)))
	for _, name := range []string{"report.md", "overview.md", "overview.svg"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join("..", "results", name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
		if name == "overview.md" {
			page, err := os.ReadFile("../../../docs/experiments.md")
			require.NoError(t, err)
			require.Contains(t, string(page), string(want))
		}
	}
}
