package schedule_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/stretchr/testify/require"
)

// shares are those of the steps from 1 to n.
func shares(s schedule.Schedule, n int) (list []float64) {
	for k := 1; k <= n; k++ {
		list = append(list, s.Share(schedule.At{Step: k}))
	}
	return list
}

// The numbers were computed by hand.
func TestShares(t *testing.T) {
	root := math.Sqrt2 / 2
	for _, c := range []struct {
		s    schedule.Schedule
		want []float64
	}{
		{schedule.WarmUp{Steps: 4}, []float64{0.25, 0.5, 0.75, 1, 1, 1}},
		{schedule.Step{Every: 2, Factor: 0.1}, []float64{1, 1, 0.1, 0.1, 0.01, 0.01}},
		{schedule.Exponential{Every: 2, Factor: 0.25}, []float64{1, 0.5, 0.25, 0.125, 0.0625}},
		{schedule.Cosine{Steps: 4}, []float64{1, (1 + root) / 2, 0.5, (1 - root) / 2, 0, 0}},
		{schedule.Cosine{Steps: 2, Floor: 0.2}, []float64{1, 0.6, 0.2, 0.2}},
		{schedule.WarmUp{Steps: 2, Then: schedule.Cosine{Steps: 2}}, []float64{0.5, 1, 1, 0.5, 0}},
		{schedule.WarmUp{Steps: 2, Then: schedule.Step{Every: 1, Factor: 0.5}}, []float64{0.5, 1, 1, 0.5, 0.25}},
	} {
		require.NoError(t, c.s.Check())
		require.InDeltaSlice(t, c.want, shares(c.s, len(c.want)), 1e-15, "%v", c.s)
	}
}

func TestAPlateauReducesTheRate(t *testing.T) {
	none := math.NaN()
	for _, c := range []struct {
		patience int
		scores   []float64
		want     float64
	}{
		{1, nil, 1},
		{1, []float64{0.7, 0.8, 0.9}, 1},
		{1, []float64{0.7, 0.7}, 0.5},
		{1, []float64{0.7, 0.6, 0.65, 0.8}, 0.25},
		{2, []float64{0.7, 0.6, 0.65, 0.8}, 0.5},
		{2, []float64{0.7, 0.6, 0.8, 0.75}, 1},
		{2, []float64{0.7, 0.6, 0.6, 0.6, 0.6, 0.6}, 0.25},
		{1, []float64{0.7, 0, 0, 0, 0, 0, 0, 0}, 0.1},
		{1, []float64{none, none, 0.7}, 0.25},
	} {
		s := schedule.WarmUp{Steps: 5, Then: schedule.Plateau{Factor: 0.5, Patience: c.patience, Floor: 0.1}}
		require.True(t, schedule.Watches(s))
		require.InDelta(t, c.want, s.Share(schedule.At{Step: 6, Scores: c.scores}), 1e-15, "%v", c)
		require.InDelta(t, 0.4, s.Share(schedule.At{Step: 2, Scores: c.scores}), 1e-15, "the warm-up comes first")
	}
	require.False(t, schedule.Watches(schedule.WarmUp{Steps: 5}))
	require.False(t, schedule.Watches(nil))
}

func TestParse(t *testing.T) {
	length := schedule.Length{StepsPerEpoch: 10, Epochs: 4}
	for _, c := range []struct {
		text, warmUp string
		want         schedule.Schedule
	}{
		{"constant", "", nil},
		{"constant", "5", schedule.WarmUp{Steps: 5}},
		{"step:2epochs", "", schedule.Step{Every: 20, Factor: 0.1}},
		{"step:7steps:0.5", "", schedule.Step{Every: 7, Factor: 0.5}},
		{"exponential:1epoch:0.9", "", schedule.Exponential{Every: 10, Factor: 0.9}},
		{"cosine", "", schedule.Cosine{Steps: 40}},
		{"cosine", "0.5epochs", schedule.WarmUp{Steps: 5, Then: schedule.Cosine{Steps: 35}}},
		{"cosine:2epochs:0.1", "", schedule.Cosine{Steps: 20, Floor: 0.1}},
		{"plateau", "", schedule.Plateau{Factor: 0.1, Patience: 1, Floor: 1e-3}},
		{"plateau:0.5:3:0", "", schedule.Plateau{Factor: 0.5, Patience: 3}},
	} {
		s, err := schedule.Parse(c.text, c.warmUp, length)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, s, c.text)
	}
}

func TestParseRefuses(t *testing.T) {
	length := schedule.Length{StepsPerEpoch: 10, Epochs: 4}
	for _, c := range []struct{ text, warmUp, want string }{
		{"linear", "", "want constant, step:SPAN[:FACTOR]"},
		{"constant:3", "", `"3" is too much`},
		{"step", "", "want a number of steps"},
		{"step:0", "", "above 0"},
		{"step:-2epochs", "", "above 0"},
		{"step:NaN", "", "above 0"},
		{"step:10:2", "", "the factor in (0, 1], got 10 and 2"},
		{"step:10:x", "", "x"},
		{"cosine:0epochs", "", "above 0"},
		{"cosine:10", "1epochs", "it ends before it begins: 10 is within the warm-up"},
		{"cosine", "4epochs", "it ends before it begins: 4epochs is within the warm-up"},
		{"cosine:10:1.5", "", "floor in [0, 1]"},
		{"plateau:0", "", "factor"},
		{"plateau:0.1:0", "", "patience"},
		{"plateau:0.1:1.5", "", "1.5"},
		{"plateau:0.1:1:0.1:9", "", `"9" is too much`},
		{"cosine", "soon", "warm-up: want a number of steps"},
		{"cosine", "-1", "warm-up: a span must be above 0"},
		{"cosine", "0.5", "whole steps, or of epochs such as 0.5epochs"},
		{"cosine", "1e30", "at most"},
	} {
		_, err := schedule.Parse(c.text, c.warmUp, length)
		require.ErrorIs(t, err, schedule.ErrSchedule, c.text)
		require.ErrorContains(t, err, c.want)
	}
}

// Before the steps of an epoch are known, a schedule is wrong if it is so for any number of them.
func TestCheck(t *testing.T) {
	for text, warmUp := range map[string]string{"cosine": "2epochs", "cosine:100": "0.5epochs", "cosine:1epoch": "100", "constant": "7"} {
		require.NoError(t, schedule.Check(text, warmUp), text)
	}
	for text, warmUp := range map[string]string{"cosine:100": "100", "cosine:1epoch": "2epochs", "step:0": ""} {
		require.ErrorIs(t, schedule.Check(text, warmUp), schedule.ErrSchedule, text)
	}
}

func ExampleWarmUp() {
	s := schedule.WarmUp{Steps: 100, Then: schedule.Cosine{Steps: 900}}
	fmt.Println(s)
	fmt.Println(s.Share(schedule.At{Step: 50}), s.Share(schedule.At{Step: 1001}))
	// Output:
	// rises over 100 steps, then falls along a cosine to 0 of it over 900 steps
	// 0.5 0
}
