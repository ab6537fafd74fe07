package report

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// invented is a run with the given test AUCs, and as validation AUC the last of them.
func invented(method, model string, seed uint64, alpha float64, aucs ...float64) *experiment.Record {
	r := &experiment.Record{Grid: "grid", Method: method, RareField: "user", BucketAUC: make([]experiment.Figure, 6)}
	r.Settings = experiment.Settings{Data: "log", Model: model, Seed: seed, Epochs: len(aucs)}
	r.Parameters = map[string]float64{"alpha": alpha}
	r.Calibration = []experiment.Bin{{Prediction: 0.1, Label: 0.2}, {Prediction: 0.3, Label: 0.3}}
	for i, auc := range aucs {
		r.Results = append(r.Results, experiment.Epoch{
			TestAUC: experiment.Figure(auc), ValidAUC: experiment.Figure(aucs[len(aucs)-1]),
			Buckets: []metrics.RowGroup{{Name: "1", Norm: float64(i)}, {Name: "2", Norm: 2, MeanLambda: 0.1}},
		})
	}
	r.Key = r.Settings.Key()
	return r
}

// storeOf writes records and comparisons to a file, and reads it.
func storeOf(t *testing.T, records []*experiment.Record, comparisons ...*experiment.Comparison) *experiment.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "records.jsonl")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	lines := json.NewEncoder(file)
	for _, r := range records {
		require.NoError(t, lines.Encode(map[string]any{"run": r}))
	}
	for _, c := range comparisons {
		require.NoError(t, lines.Encode(map[string]any{"comparison": c}))
	}
	s, err := experiment.ReadStore(path)
	require.NoError(t, err)
	require.Empty(t, s.Damaged)
	return s
}

// inventedStore has the records of a grid.
func inventedStore(t *testing.T, grid string) *experiment.Store {
	t.Helper()
	records := []*experiment.Record{
		invented("Adam", "wdl", 1, 0, 0.70, 0.60),
		invented("Adam", "dnn", 1, 0, 0.71, 0.61), invented("Adam", "dnn", 2, 0, 0.73, 0.61),
		invented("AdamAR", "dnn", 1, 1, 0.70, 0.60), invented("AdamAR", "dnn", 1, 2, 0.72, 0.74), invented("AdamAR", "dnn", 2, 2, 0.72, 0.76),
	}
	for _, r := range records {
		r.Grid = grid
	}
	return storeOf(t, records, &experiment.Comparison{Best: records[4].Key, RunnerUp: "x", BestAUC: 0.74, RunnerUpAUC: 0.61, P: 0.001})
}

func TestSummaryTakesTheChosenCandidateOfAllSeeds(t *testing.T) {
	tables := Summarize(inventedStore(t, "grid"))
	require.Len(t, tables, 1)
	table := tables[0]
	require.Equal(t, []string{"dnn", "wdl"}, table.Models)
	ar := table.Cell("AdamAR", "dnn")
	require.Len(t, ar.Candidates, 2)
	require.Len(t, ar.Runs, 2)
	require.InDeltaSlice(t, []float64{0.72, 0.75}, ar.Mean, 1e-12)
	require.InDelta(t, math.Sqrt(0.0002), ar.Deviation[1], 1e-12)
	require.Nil(t, table.Cell("AdamAR", "wdl"))
	require.Equal(t, []string{"dnn: Adam falls from 0.7200 (epoch 1) to 0.6100; AdamAR ends at 0.7500, within one standard deviation of its best epoch (0.7500, epoch 2), and is above the best epoch of every other method (Adam, 0.7200, epoch 1)."}, table.Findings())
}

// The same run in another grid was compared with other runs.
func TestComparisonsAreThoseOfTheGrid(t *testing.T) {
	tables := Summarize(inventedStore(t, "grid"), inventedStore(t, "another grid"))
	require.Len(t, tables, 2)
	for _, table := range tables {
		require.Len(t, table.Cell("AdamAR", "dnn").Comparisons, 1)
	}
}

func TestFindingsSayWhatDoesNotHold(t *testing.T) {
	s := storeOf(t, []*experiment.Record{invented("Adam", "dnn", 1, 0, 0.6, 0.7), invented("AdamAR", "dnn", 1, 1, 0.65, 0.62)})
	text := Summarize(s)[0].Findings()[0]
	require.Contains(t, text, "Adam does not fall")
	require.Contains(t, text, "AdamAR ends at 0.6200, below its best epoch")
	require.Contains(t, text, "NOT above")
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, WriteMarkdown(&out, Summarize(inventedStore(t, "grid"))))
	require.Contains(t, out.String(), "| method | dnn E1 | dnn E2 | wdl E1 | wdl E2 |")
	require.Contains(t, out.String(), "| Adam | **0.7200** | 0.6100 | **0.7000** | **0.6000** |")
	require.Contains(t, out.String(), "| AdamAR | **0.7200** | **0.7500** |  |  |")
	require.Contains(t, out.String(), "± 0.0141 alpha 2")
	require.Contains(t, out.String(), "0.7400 against 0.6100, p = 0.001")
	require.Contains(t, out.String(), "mean over 1 to 2 seeds")
}

func TestMetricsOfOnesOwnHaveATable(t *testing.T) {
	a, b := invented("Adam", "dnn", 1, 0, 0.7), invented("Adam", "dnn", 2, 0, 0.7)
	a.Results[0].Metrics = map[string]experiment.Figure{"pr_auc": 0.25}
	b.Results[0].Metrics = map[string]experiment.Figure{"pr_auc": 0.35}
	tables := Summarize(storeOf(t, []*experiment.Record{a, b, invented("AdamAR", "dnn", 1, 1, 0.7)}))
	var out bytes.Buffer
	require.NoError(t, WriteMarkdown(&out, tables))
	require.Contains(t, out.String(), "| method | dnn pr_auc |\n|---|---|\n| Adam | 0.3000 |\n| AdamAR |  |\n")
	dir := t.TempDir()
	require.NoError(t, Write(dir, tables))
	text, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(text), "pr_auc")
}

func TestReportIsOnePageWithAccessibleFigures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, Write(dir, Summarize(inventedStore(t, "grid"))))
	text, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	html := string(text)
	figures := strings.Count(html, "<figure>")
	require.Greater(t, figures, 5)
	require.Equal(t, figures, strings.Count(html, `<svg role="img" aria-label="`))
	require.NotContains(t, html, "#000000", "black is the colour of the text")
	for _, remote := range []string{"src=", "@import", "<script", "<link rel=\"stylesheet"} {
		require.NotContains(t, html, remote)
	}
	_, err = os.Stat(filepath.Join(dir, "report.md"))
	require.NoError(t, err)
	require.Error(t, Write(filepath.Join(dir, "report.md"), nil), "a folder cannot be made there")
}
