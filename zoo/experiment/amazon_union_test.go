package experiment

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
)

// The reviews of two categories, which number users and items alike: those of user u come in another order than that of time.
const toyReviews = `{"reviewerID": "u", "asin": "a", "unixReviewTime": 864000}
{"reviewerID": "v", "asin": "a", "unixReviewTime": 0}
{"reviewerID": "u", "asin": "b", "unixReviewTime": 86400}
{"reviewerID": "u", "asin": "c", "unixReviewTime": 1728000}
{"reviewerID": "v", "asin": "d", "unixReviewTime": 172800}
{"reviewerID": "u", "asin": "e", "unixReviewTime": 8640000}
{"reviewerID": "w", "asin": "f", "unixReviewTime": 0}
`

const toyItems = `{'asin': 'a', 'brand': "x's", 'categories': [['All', 'c1'], ['All', 'c2', 'c|3']]}
{'asin': 'b', 'categories': [['All']]}
{'asin': 'c', 'brand': 'y'}
`

// Each category of the union has the positives of zoo prepare --data amazon. A negative is another item of the category, which the user
// never reviewed.
func TestTheUnionHasTheSamplesOfEachCategory(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	dir := t.TempDir()
	for _, category := range []string{"Dolls", "Trains"} {
		writePacked(t, filepath.Join(dir, "reviews_"+category+"_5.json.gz"), toyReviews)
		writePacked(t, filepath.Join(dir, "meta_"+category+".json.gz"), toyItems)
	}
	out, err := exec.Command("python3", "amazon_union.py", dir, filepath.Join(dir, "union"), "Dolls", "Trains").CombinedOutput()
	require.NoError(t, err, string(out))

	amazon, err := known.All().Find("amazon")
	require.NoError(t, err)
	paths := []string{filepath.Join(dir, "reviews_Dolls_5.json.gz"), filepath.Join(dir, "meta_Dolls.json.gz")}
	logs, err := amazon.Logs(t.Context(), paths, encode.Choices{Split: "last-two"})
	require.NoError(t, err)
	for part, log := range map[string]rawlog.Log{"train": logs.Train, "valid": logs.Valid, "test": logs.Test} {
		var positives []map[string]string
		for _, row := range readUnion(t, filepath.Join(dir, "union", part+".csv.gz")) {
			if row["label"] == "1" {
				positives = append(positives, row)
				continue
			}
			require.Contains(t, map[string][]string{"u": {"d", "f"}, "v": {"b", "c", "e", "f"}}[row["user"][1:]], row["item"][1:])
			require.Equal(t, row["user"][0], row["item"][0])
		}
		var want []map[string]string
		for _, source := range []string{"Dolls", "Trains"} {
			want = append(want, positivesOf(t, log, source, slices.Collect(maps.Keys(positives[0])))...)
		}
		require.Equal(t, want, positives, part)
	}
}

// positivesOf returns the positives of a log as the union has them: names begin with the letter of the category.
func positivesOf(t *testing.T, log rawlog.Log, source string, names []string) (rows []map[string]string) {
	t.Helper()
	var columns []rawlog.Column
	for _, name := range names {
		if name != "source" {
			columns = append(columns, rawlog.Column{Name: name})
		}
	}
	plain := []string{"label", "history_length", "day_gap"}
	for r, err := range log(t.Context(), columns, nil) {
		require.NoError(t, err)
		row := map[string]string{"source": source}
		for i, column := range columns {
			values := strings.Split(r.Values[i], "|")
			for n, v := range values {
				if v != "" && !slices.Contains(plain, column.Name) {
					values[n] = source[:1] + v
				}
			}
			row[column.Name] = strings.Join(values, "|")
		}
		if row["label"] == "1" {
			rows = append(rows, row)
		}
	}
	return rows
}

func writePacked(t *testing.T, path, text string) {
	t.Helper()
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	w := gzip.NewWriter(file)
	_, err = io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
}

// readUnion reads the rows of a CSV file with a header.
func readUnion(t *testing.T, path string) (rows []map[string]string) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	r, err := gzip.NewReader(file)
	require.NoError(t, err)
	records, err := csv.NewReader(r).ReadAll()
	require.NoError(t, err)
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}
