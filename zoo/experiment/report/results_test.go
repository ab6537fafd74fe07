package report

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/stretchr/testify/require"
)

// resultFiles are the files of records in results, in the order of the report: the one of the overview, and then all others.
func resultFiles(t *testing.T) []string {
	t.Helper()
	const first = "../results/adam-table.jsonl.gz"
	files, err := filepath.Glob("../results/*.jsonl*")
	require.NoError(t, err)
	require.Contains(t, files, first)
	return append([]string{first}, slices.DeleteFunc(files, func(f string) bool { return f == first })...)
}

// overviews are the files of records of which docs/experiments.md has an overview by itself.
var overviews = []string{"backbones", "factorization-machine", "slow-backbones", "small-logs-backbones"}

// What is committed beside the records, and in docs/experiments.md, is what the records say. To bring it up to date, in the
// folder results:
//
//	zoo report adam-table.jsonl.gz $(ls *.jsonl* | grep -v '^adam-table') --out . && rm report.html
//
// Large files of records are packed by gzip.
func TestResultsAreThoseOfTheRecords(t *testing.T) {
	var stores []*experiment.Store
	for _, file := range resultFiles(t) {
		s, err := experiment.ReadStore(file)
		require.NoError(t, err)
		require.Empty(t, s.Damaged)
		require.NotEmpty(t, s.Records())
		stores = append(stores, s)
	}
	page, err := os.ReadFile("../../../docs/experiments.md")
	require.NoError(t, err)
	for _, s := range stores {
		if name, _, _ := strings.Cut(s.Name(), "."); slices.Contains(overviews, name) {
			var overview strings.Builder
			require.NoError(t, WriteOverview(&overview, Summarize(s)))
			require.Contains(t, string(page), overview.String(), name)
		}
	}
	dir := t.TempDir()
	require.NoError(t, Write(dir, Summarize(stores...)))
	for _, name := range []string{"report.md", "overview.md", "overview.svg", "claims.md"} {
		want, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join("..", "results", name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
		if name == "overview.md" || name == "claims.md" {
			require.Contains(t, string(page), string(want))
		}
	}
}
