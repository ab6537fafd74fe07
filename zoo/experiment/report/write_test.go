package report

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	require.Contains(t, out.String(), "| Adam | 0.7200 | 0.6100 | 0.7000 | 0.6000 |")
	require.Contains(t, out.String(), "| AdamAR | 0.7200 | **0.7500** |  |  |")
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

// The paired differences of 0.13 and 0.15 have t = 14 with one degree of freedom, p = 0.0454; those of 0.01 and 0.03 have t = 2.
func TestOnlySignificantDifferencesAreBold(t *testing.T) {
	require.InDelta(t, 0.0454, pairedP([]float64{0.74, 0.76}, []float64{0.61, 0.61}), 1e-4)
	require.InDelta(t, 0.2952, pairedP([]float64{0.62, 0.64}, []float64{0.61, 0.61}), 1e-4)
	require.Equal(t, 1.0, pairedP([]float64{0.5, 0.6}, []float64{0.5, 0.6}))
	require.Zero(t, pairedP([]float64{0.75, 0.75}, []float64{0.5, 0.5}))

	a, b := invented("Adam", "dnn", 1, 0, 0.61), invented("AdamAR", "dnn", 1, 1, 0.74)
	for p, want := range map[float64]bool{0.001: true, 0.2: false} { // of one seed by DeLong's test
		table := Summarize(storeOf(t, []*experiment.Record{a, b}, &experiment.Comparison{Best: b.Key, RunnerUp: a.Key, P: p}))[0]
		require.Equal(t, want, table.isBest(table.Cell("AdamAR", "dnn"), 0))
	}
	alone := Summarize(storeOf(t, []*experiment.Record{a}))[0]
	require.False(t, alone.isBest(alone.Cells[0], 0), "nothing to compare it with")
}

// An interval over seeds and samples decides where there is one, also against a test over the seeds.
func TestAnIntervalDecidesWhatIsBold(t *testing.T) {
	records := []*experiment.Record{
		invented("Adam", "dnn", 1, 0, 0.6, 0.61), invented("Adam", "dnn", 2, 0, 0.6, 0.61),
		invented("AdamAR", "dnn", 1, 1, 0.7, 0.74), invented("AdamAR", "dnn", 2, 1, 0.7, 0.76),
	}
	for low, want := range map[float64]bool{-0.01: false, 0.01: true} {
		path := filepath.Join(t.TempDir(), "records.jsonl")
		line := fmt.Sprintf(`{"interval":{"best":[%q,%q],"runner_up":[%q,%q],"mean":0.14,"low":%g,"high":0.2,"draws":1000}}`,
			records[2].Key, records[3].Key, records[0].Key, records[1].Key, low)
		require.NoError(t, os.WriteFile(path, []byte(line+"\n"), 0o600))
		intervals, err := experiment.ReadStore(path)
		require.NoError(t, err)
		require.Empty(t, intervals.Damaged)
		store := storeOf(t, records)
		table := Summarize(store)[0]
		best := table.Cell("AdamAR", "dnn")
		require.True(t, table.isBest(best, 1), "p = 0.045")
		best.Interval = intervals.Intervals()[0]
		require.Equal(t, want, table.isBest(best, 1))
		require.True(t, table.isBest(best, 0), "it is of the last epoch")
	}
}

func TestThePageHasWhatAReaderChoosesBy(t *testing.T) {
	s := inventedStore(t, "grid")
	for i, r := range s.Records() {
		r.Rows = map[string]int{"train": 1000, "valid": 100, "test": 200}
		r.Results[0].TestLogLoss, r.Results[0].ValidLogLoss = experiment.Figure(0.5+float64(i)/100), 0.25
	}
	var page strings.Builder
	require.NoError(t, writeHTML(&page, Summarize(s)))
	for _, want := range []string{
		`<a href="#s1">grid: log</a>`, `id="s1"`, `<a href="#s1-settings">`, `id="s1-settings"`, // contents
		"<td>0.2500</td>", "valid log loss", // log loss
		"<td>alpha 2</td>", // coefficients in sight
		"2 epochs, 2 seeds, best of 2", "test 200, train 1000, valid 100",
		"DeLong&#39;s test on dnn, AdamAR against the runner-up after the last epoch, by seed: 0.7400 against 0.6100, p = 0.001.",
	} {
		require.Contains(t, page.String(), want)
	}
	require.NotContains(t, page.String(), "title=", "a phone has no tooltips")
}

func TestCurvesThatCoincideAreNamed(t *testing.T) {
	records := []*experiment.Record{
		invented("Adam", "dnn", 1, 0, 0.70, 0.60), invented("AdamW", "dnn", 1, 0, 0.70, 0.60), invented("AdamAR", "dnn", 1, 1, 0.72, 0.75),
	}
	records[1].Solver = "adamw" // another key
	records[1].Key = records[1].Settings.Key()
	figures, err := Summarize(storeOf(t, records))[0].figures()
	require.NoError(t, err)
	require.Equal(t, "dnn: test AUC after each epoch, mean over seeds; these coincide: Adam and AdamW", figures[0].Caption)
	require.Contains(t, figures[0].SVG, "stroke-dasharray")
}
