package experiment

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

// invented is a run with the given test AUCs, and as validation AUC the last of them.
func invented(method, model string, seed uint64, alpha float64, aucs ...float64) *Record {
	r := &Record{Grid: "grid", Method: method, RareField: "user", BucketAUC: make([]Figure, rareBuckets+1)}
	r.Settings = Settings{Data: "log", Model: model, Seed: seed, Epochs: len(aucs)}
	r.Parameters = map[string]float64{"alpha": alpha}
	r.Calibration = []Bin{{0.1, 0.2}, {0.3, 0.3}}
	for i, auc := range aucs {
		r.Results = append(r.Results, Epoch{
			TestAUC: Figure(auc), ValidAUC: Figure(aucs[len(aucs)-1]),
			Buckets: []metrics.RowGroup{{Name: "1", Norm: float64(i)}, {Name: "2", Norm: 2, MeanLambda: 0.1}},
		})
	}
	r.Key = r.Settings.Key()
	return r
}

func inventedStore() *Store {
	s := &Store{byKey: map[string]*Record{}}
	for _, r := range []*Record{
		invented("Adam", "wdl", 1, 0, 0.70, 0.60),
		invented("Adam", "dnn", 1, 0, 0.71, 0.61), invented("Adam", "dnn", 2, 0, 0.73, 0.61),
		invented("AdamAR", "dnn", 1, 1, 0.70, 0.60), invented("AdamAR", "dnn", 1, 2, 0.72, 0.74), invented("AdamAR", "dnn", 2, 2, 0.72, 0.76),
	} {
		s.keep(r)
	}
	s.comparisons = []*Comparison{{Best: s.records[4].Key, RunnerUp: "x", BestAUC: 0.74, RunnerUpAUC: 0.61, P: 0.001}}
	return s
}

func TestSummaryTakesTheChosenCandidateOfAllSeeds(t *testing.T) {
	tables := Summarize(inventedStore())
	require.Len(t, tables, 1)
	table := tables[0]
	require.Equal(t, []string{"dnn", "wdl"}, table.Models)
	ar := table.Cell("AdamAR", "dnn")
	require.Equal(t, 2, ar.Candidates)
	require.Len(t, ar.Runs, 2)
	require.InDeltaSlice(t, []float64{0.72, 0.75}, ar.Mean, 1e-12)
	require.InDelta(t, math.Sqrt(0.0002), ar.Deviation[1], 1e-12)
	require.Nil(t, table.Cell("AdamAR", "wdl"))
	require.Equal(t, []string{"dnn: Adam falls from 0.7200 (epoch 1) to 0.6100; AdamAR ends at 0.7500, within one standard deviation of its best epoch (0.7500, epoch 2), and is above the best epoch of every other method (Adam, 0.7200, epoch 1)."}, table.Findings())
}

// The same run in another grid was compared with other runs.
func TestComparisonsAreThoseOfTheGrid(t *testing.T) {
	other := inventedStore()
	for _, r := range other.records {
		r.Grid = "another grid"
	}
	tables := Summarize(inventedStore(), other)
	require.Len(t, tables, 2)
	for _, table := range tables {
		require.Len(t, table.Cell("AdamAR", "dnn").Comparisons, 1)
	}
}

func TestFindingsSayWhatDoesNotHold(t *testing.T) {
	s := &Store{byKey: map[string]*Record{}}
	for _, r := range []*Record{invented("Adam", "dnn", 1, 0, 0.6, 0.7), invented("AdamAR", "dnn", 1, 1, 0.65, 0.62)} {
		s.keep(r)
	}
	text := Summarize(s)[0].Findings()[0]
	require.Contains(t, text, "Adam does not fall")
	require.Contains(t, text, "AdamAR ends at 0.6200, below its best epoch")
	require.Contains(t, text, "NOT above")
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, WriteMarkdown(&out, Summarize(inventedStore())))
	require.Contains(t, out.String(), "| method | dnn E1 | dnn E2 | wdl E1 | wdl E2 |")
	require.Contains(t, out.String(), "| Adam | **0.7200** | 0.6100 | **0.7000** | **0.6000** |")
	require.Contains(t, out.String(), "| AdamAR | **0.7200** | **0.7500** |  |  |")
	require.Contains(t, out.String(), "± 0.0141 alpha 2")
	require.Contains(t, out.String(), "0.7400 against 0.6100, p = 0.001")
	require.Contains(t, out.String(), "mean over 1 to 2 seeds")
}

func TestReportIsOnePageWithAccessibleFigures(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	require.NoError(t, WriteReport(dir, Summarize(inventedStore())))
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
	require.Error(t, WriteReport(filepath.Join(dir, "report.md"), nil), "a folder cannot be made there")
}
