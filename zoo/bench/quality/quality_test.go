package quality

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/bench/tape"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/stretchr/testify/require"
)

func settings(t *testing.T) *Settings {
	t.Helper()
	set, err := synthetic.Open(t.Context(), synthetic.Options{TrainRows: 500, ValidRows: 300, TestRows: 10, Seed: 1})
	require.NoError(t, err)
	return &Settings{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Set: set, BatchSize: 64, Epochs: 2, Every: 3, Seed: 5}
}

func adamAR(t *testing.T) solvers.Solver {
	t.Helper()
	s, err := solvers.NewAdamAR(solvers.WithAlpha(1e-3))
	require.NoError(t, err)
	return s
}

// counts says how often each sample is in an epoch.
func counts(ids []int32, labels []float32) map[string]int {
	m := map[string]int{}
	width := len(ids) / len(labels)
	for i, label := range labels {
		key, _ := json.Marshal([]any{ids[i*width : (i+1)*width], label})
		m[string(key)]++
	}
	return m
}

func TestATapeHasTheWeightsAndEverySampleOfEachEpoch(t *testing.T) {
	s, dir := settings(t), t.TempDir()
	require.NoError(t, s.Record(t.Context(), dir, adamAR(t)))
	var recorded Tape
	text, err := os.ReadFile(filepath.Join(dir, "tape.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &recorded))
	fields := s.Set.Train.Fields()
	rows, total := 0, 0
	for _, f := range fields {
		rows += f.Rows
	}
	for _, w := range recorded.Weights {
		total += w.Rows * w.Columns
		require.Equal(t, w.Name == "deep/table", w.Table)
	}
	require.Equal(t, tape.Weight{Name: "deep/table", Rows: rows, Columns: 4, Table: true}, recorded.Weights[0])
	require.Len(t, testrun.ReadNumbers[float32](t, filepath.Join(dir, "weights.bin")), total)

	ids, labels := testrun.ReadNumbers[int32](t, filepath.Join(dir, "train-ids.bin")), testrun.ReadNumbers[float32](t, filepath.Join(dir, "train-labels.bin"))
	require.Len(t, labels, 2*500)
	half := len(ids) / 2
	require.NotEqual(t, ids[:half], ids[half:], "epochs have orders of their own")
	require.Equal(t, counts(ids[:half], labels[:500]), counts(ids[half:], labels[500:]))
	require.Less(t, int(ids[0]), fields[0].Rows)
	require.GreaterOrEqual(t, int(ids[1]), fields[0].Rows, "ids count in the joint table")
	require.Len(t, testrun.ReadNumbers[float32](t, filepath.Join(dir, "valid-labels.bin")), 300)
}

func TestARunIsEvaluatedWithinEpochs(t *testing.T) {
	s := settings(t)
	c, err := s.Run(t.Context(), "zoo", adamAR(t))
	require.NoError(t, err)
	var steps []int
	for _, p := range c.Points {
		steps = append(steps, p.Step)
	}
	require.Equal(t, []int{3, 6, 8, 11, 14, 16}, steps)
	for i, p := range c.Points[1:] {
		require.Greater(t, p.Seconds, c.Points[i].Seconds)
	}
	again, err := s.Run(t.Context(), "zoo", adamAR(t))
	require.NoError(t, err)
	require.Zero(t, Distance(c, again))
}

func TestWhatCannotBeCompared(t *testing.T) {
	s := settings(t)
	s.Set.Valid = nil
	_, err := s.Run(t.Context(), "zoo", adamAR(t))
	require.ErrorIs(t, err, ErrData)
	s = settings(t)
	s.Set.Train, err = datasets.NewMemory([]datasets.Field{{Name: "price", Kind: datasets.Numeric}}, nil, []float32{1}, []float32{0})
	require.NoError(t, err)
	require.ErrorContains(t, s.Record(t.Context(), t.TempDir(), adamAR(t)), `field "price" is of another kind`)
}

func TestWhenACurveReachesAnAUC(t *testing.T) {
	c := Curve{Points: []Point{{10, 2, 4, 0.6}, {20, 4, 8, 0.7}, {30, 6, 12, 0.65}}}
	seconds, cpu := c.Reach(0.65)
	require.InDeltaSlice(t, []float64{3, 6}, []float64{seconds, cpu}, 1e-12)
	seconds, _ = c.Reach(0.55)
	require.InDelta(t, 1, seconds, 1e-12)
	seconds, _ = c.Reach(0.71)
	require.True(t, math.IsInf(seconds, 1))
	require.Equal(t, 0.7, c.Best())

	other := Curve{Program: "b", Seed: 1, Points: []Point{{10, 1, 1, 0.61}, {20, 2, 2, 0.68}, {30, 3, 3, 0.7}}}
	require.InDelta(t, 0.05, Distance(c, other), 1e-12)
	require.True(t, math.IsNaN(Distance(c, Curve{})))
	c.Program, c.Seed = "a", 1
	curves := []Curve{c, other}
	require.Equal(t, 0.7, Reached(curves))
	require.InDelta(t, 0.05, Largest(curves, "a", "b"), 1e-12)
	require.True(t, math.IsNaN(BetweenSeeds(curves, "a")))
	sums := Summarize(curves, 0.6)
	require.Equal(t, []Summary{{"a", 2, 4, 0.7, 0.65}, {"b", sums[1].Seconds, sums[1].CPUSeconds, 0.7, 0.7}}, sums)
	var picture bytes.Buffer
	require.NoError(t, WriteChart(&picture, "dnn", curves))
	require.Contains(t, picture.String(), "by seconds of training")
}
