package experiment

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASpaceIsRead(t *testing.T) {
	space, err := ParseSpace("alpha=log:1e-6..1e-2, hidden-units=128,64|64,dropout=0..0.5,embedding_dim=8|16")
	require.NoError(t, err)
	require.Equal(t, Space{
		{Name: "alpha", Low: 1e-6, High: 1e-2, Log: true},
		{Name: "hidden_units", Words: []string{"128,64", "64"}},
		{Name: "dropout", High: 0.5},
		{Name: "embedding_dim", Words: []string{"8", "16"}},
	}, space)
}

func TestSpacesThatCannotBeDrawnFrom(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "want a name and values",
		"alpha":                 "want a name and values",
		"alpha=":                "want a name and values",
		"alpha=1e-2..1e-6":      "empty or reversed: 0.01 is not below 1e-06",
		"alpha=1..1":            "empty or reversed",
		"alpha=log:0..1":        "log: wants numbers above 0",
		"alpha=log:1|2":         "log: wants an interval",
		"alpha=a..b":            "want an interval of two numbers",
		"alpha=0..NaN":          "want an interval of two numbers",
		"alpha=0..1,alpha=1..2": "alpha is given twice",
	} {
		_, err := ParseSpace(text)
		require.ErrorIs(t, err, ErrSpace, text)
		require.ErrorContains(t, err, want)
	}
	for text, want := range map[string]string{
		"alhpa=0..1":         "neither adamar nor dnn has such a parameter",
		"embedding_dim=0..3": "embedding_dim must be at least 1, got 0",
		"dropout=0..1":       "dropout must be in [0, 1), got 1",
		"alpha=-1..1":        "WithAlpha(-1): the value must be at least 0",
		"batch_size=0|8":     "must be at least 1, got 0",
	} {
		s := smallSearch(t, text, "unused")
		require.ErrorIs(t, s.Check(), ErrSpace, text)
		require.ErrorContains(t, s.Check(), want)
	}
}

// Drawn values are in their intervals, and spread as they should.
func TestDraws(t *testing.T) {
	space, err := ParseSpace("a=log:1e-6..1e-2,b=2..6,c=x|y")
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 1))
	below, whole, words := 0, map[string]int{}, map[string]int{}
	const n = 4000
	for range n {
		a, err := strconv.ParseFloat(space[0].draw(rng, false).Text, 64)
		require.NoError(t, err)
		require.True(t, a >= 1e-6 && a <= 1e-2)
		if a < 1e-4 {
			below++
		}
		whole[space[1].draw(rng, true).Text]++
		words[space[2].draw(rng, false).Text]++
	}
	require.InDelta(t, n/2, below, 150, "half of the logarithms are below the middle")
	require.Len(t, whole, 5)
	require.InDelta(t, n/2, words["x"], 150)
}

func smallSearch(t *testing.T, space, dir string) *Search {
	t.Helper()
	s := &Search{Settings: Settings{Data: "log", Model: "dnn", Seed: 1, BatchSize: 100, Epochs: 4, Patience: 2}, Trials: 9, Seeds: 2, Parallel: 2}
	s.Solver = "adamar"
	var err error
	s.Space, err = ParseSpace(space)
	require.NoError(t, err)
	if dir != "unused" {
		s.Store, err = OpenStore(filepath.Join(dir, "records.jsonl"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Store.Close()) })
	}
	return s
}

const smallSpace = "alpha=log:1e-5..1e-2,embedding_dim=2..4,hidden_units=8|4"

func TestASearchHalvesItsTrialsAndGoesOn(t *testing.T) {
	set, err := smallLog(t.Context(), "")
	require.NoError(t, err)
	s := smallSearch(t, smallSpace, t.TempDir())
	var left []*Trial
	var last Progress
	s.OnTrial, s.OnRun = func(trial *Trial) { left = append(left, trial) }, func(p Progress) { last = p }
	winner, err := s.Run(t.Context(), set)
	require.NoError(t, err)
	require.Len(t, left, 8)
	require.Equal(t, last.Runs, last.DoneRuns)
	require.Equal(t, 9+3+3, last.Runs, "nine for an epoch, three for four, and these with another seed")
	for i, trial := range left {
		require.Len(t, trial.Records, 1+i/6)
		require.LessOrEqual(t, len(trial.Records[0].Results), 1+3*(i/6))
		if i >= 6 {
			require.LessOrEqual(t, trial.AUC(), winner.AUC())
		}
	}
	low, high := winner.Interval()
	require.True(t, low < winner.AUC() && winner.AUC() < high)

	other := smallSearch(t, smallSpace, t.TempDir())
	for range 4 { // interrupted again and again
		ctx, cancel := context.WithCancel(t.Context())
		runs := len(other.Store.Records())
		other.OnRun = func(Progress) {
			if len(other.Store.Records()) >= runs+3 {
				cancel()
			}
		}
		_, err := other.Run(ctx, set)
		require.ErrorIs(t, err, context.Canceled)
		cancel()
	}
	other.OnRun = nil
	again, err := other.Run(t.Context(), set)
	require.NoError(t, err)
	require.Equal(t, winner.Values, again.Values)
	require.Equal(t, winner.AUC(), again.AUC())

	differences, err := Verify(t.Context(), winner.Records[1], set, Catalogs{})
	require.NoError(t, err)
	require.Empty(t, differences)
}

// A trial that diverges loses; it does not end the search.
func TestATrialThatDiverges(t *testing.T) {
	set, err := smallLog(t.Context(), "")
	require.NoError(t, err)
	s := smallSearch(t, "learning_rate=1e-3|1e30", t.TempDir())
	winner, err := s.Run(t.Context(), set)
	require.NoError(t, err)
	require.Equal(t, "1e-3", winner.Values[0].Text)
}
