package stream_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// days writes days whose values move on: 30 of 60 are new each day.
func days(t testing.TB, n int) []stream.Day {
	var list []stream.Day
	for i := range n {
		list = append(list, stream.Day{Name: fmt.Sprintf("2026-01-%02d", i+1), Files: []string{writeDay(t, uint64(i), 1500, 30*i, 30*i+60)}})
	}
	return list
}

func options(t testing.TB) stream.Options {
	described, err := schema.Parse([]byte(everyKind))
	require.NoError(t, err)
	return stream.Options{
		Schema: described, Settings: map[string]string{"model": "dnn"},
		Run:       train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}, Dropout: 0.2}, BatchSize: 10, Seed: 3},
		NewSolver: func(int) (solvers.Solver, error) { return solvers.NewAdamAR(solvers.WithAlpha(0.02)) },
	}
}

// through trains all days, each call for at most so many steps, and returns the records without their times.
func through(t *testing.T, dir string, o stream.Options, list []stream.Day, steps int) []stream.Record {
	t.Helper()
	for {
		left := steps
		ctx, cancel := context.WithCancel(context.Background())
		o.Run.OnStep = func(train.Step) {
			if left--; left == 0 {
				cancel()
			}
		}
		s, err := stream.Open(dir, o)
		require.NoError(t, err)
		for _, d := range list {
			if _, err = s.Train(ctx, d); err != nil {
				break
			}
		}
		records := s.Records()
		require.NoError(t, s.Close())
		cancel()
		if err == nil {
			for i := range records {
				records[i].Seconds, records[i].Files = 0, nil
			}
			return records
		}
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestAStreamThatIsInterruptedEndsWithTheSameBytes(t *testing.T) {
	list, o := days(t, 6), options(t)
	straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	want := through(t, straight, o, list, -1)
	got := through(t, broken, o, list, 47)
	require.Equal(t, want, got)
	require.Equal(t, testrun.LatestFiles(t, filepath.Join(straight, "current")), testrun.LatestFiles(t, filepath.Join(broken, "current")))

	require.Nil(t, want[0].TestAUC, "there was no model before the first day")
	require.NotNil(t, want[1].TestAUC)
	require.Nil(t, want[0].UnknownShare)
	require.InDelta(t, 0.5, want[1].UnknownByField["user"], 0.05, "30 of 60 values are new each day")
	require.NotContains(t, want[1].UnknownByField, "price")
	require.Less(t, want[5].PSI["price"], 0.1, "prices do not change")
	require.Greater(t, want[5].PSI["user"], 0.25, "users do")
	evicted := 0
	for i, r := range want {
		require.Equal(t, 150*(i+1), r.Steps)
		evicted += r.RowsEvicted
	}
	require.Equal(t, 4*60, want[0].RowsNew)
	require.Equal(t, 4*30, want[1].RowsNew)
	require.Greater(t, evicted, 200, "a day has 150 steps, and the tail 154")
	last := want[5]
	require.Equal(t, 4*(60+5*30)-evicted, last.RowsAlive)
	require.Less(t, last.MemoryBytes, 3*want[0].MemoryBytes)

	s, err := stream.Open(straight, o)
	require.NoError(t, err)
	leave, err := s.DaysToLeave()
	require.NoError(t, err)
	require.Equal(t, 154./150, leave, "the tail of the momentum; rows are zero before")
	require.NoError(t, s.Close())

	m, err := predict.Load(straight)
	require.NoError(t, err, "the folder of a stream is read as a run")
	defer m.Free()
	kept, err := os.ReadDir(filepath.Join(straight, "days"))
	require.NoError(t, err)
	require.Len(t, kept, 2)
}

// Options in days have the same meaning for every day, and however many epochs a day has.
func TestEveryDayHasTheStepsOfTheFirst(t *testing.T) {
	list, o := days(t, 2), options(t)
	o.Run.Epochs = 3
	var given []int
	newSolver := o.NewSolver
	o.NewSolver = func(steps int) (solvers.Solver, error) { given = append(given, steps); return newSolver(steps) }
	dir := filepath.Join(t.TempDir(), "run")
	records := through(t, dir, o, list, -1)
	require.Equal(t, 3*150, records[0].Steps)
	require.Equal(t, []int{450, 450}, given[1:], "the first solver is only asked whether rows vanish")
	s, err := stream.Open(dir, o)
	require.NoError(t, err)
	defer s.Close()
	_, err = s.DaysToLeave()
	require.NoError(t, err)
	require.Equal(t, 450, given[len(given)-1])
}

// The same days without eviction: every figure of the model is the same until a value comes back.
func TestEvictionChangesNoFigure(t *testing.T) {
	list, o := days(t, 6), options(t)
	with := through(t, filepath.Join(t.TempDir(), "a"), o, list, -1)
	o.EveryValueStays = true
	without := through(t, filepath.Join(t.TempDir(), "b"), o, list, -1)
	for i := range with {
		require.Equal(t, without[i].TestAUC, with[i].TestAUC)
		require.Equal(t, without[i].TestLogLoss, with[i].TestLogLoss)
		require.Equal(t, without[i].TrainLoss, with[i].TrainLoss)
		require.Zero(t, without[i].RowsEvicted)
	}
	require.Greater(t, without[5].RowsAlive, with[5].RowsAlive)
}

func TestValuesThatReturnAreCounted(t *testing.T) {
	list, o := days(t, 5), options(t)
	list = append(list, stream.Day{Name: "2026-02-01", Files: []string{writeDay(t, 9, 300, 0, 10)}})
	records := through(t, filepath.Join(t.TempDir(), "a"), o, list, -1)
	require.Equal(t, 4*10, records[5].RowsReturned)
	require.Equal(t, 4*10, records[5].RowsNew)
	require.Zero(t, records[4].RowsReturned)
}

func TestStreamErrors(t *testing.T) {
	list, o := days(t, 2), options(t)
	dir := filepath.Join(t.TempDir(), "s")
	through(t, dir, o, list[1:], -1)
	before := testrun.LatestFiles(t, filepath.Join(dir, "current"))
	s, err := stream.Open(dir, o)
	require.NoError(t, err)
	_, err = stream.Open(dir, o)
	require.ErrorIs(t, err, checkpoint.ErrInUse)
	_, err = s.Train(context.Background(), list[0])
	require.ErrorIs(t, err, stream.ErrOrder)
	again, err := s.Train(context.Background(), list[1])
	require.NoError(t, err)
	require.Nil(t, again, "it is done")
	empty := filepath.Join(t.TempDir(), "empty.csv")
	require.NoError(t, os.WriteFile(empty, []byte("click,user,item,price,history,tags,brand,site\n"), 0o600))
	other := filepath.Join(t.TempDir(), "other.csv")
	require.NoError(t, os.WriteFile(other, []byte("click,user\n1,a\n"), 0o600))
	for want, d := range map[string]stream.Day{
		"day 2026-03-01":               {Name: "2026-03-01", Files: []string{empty}},
		"day 2026-03-02":               {Name: "2026-03-02", Files: []string{other}},
		"the name must be that of a f": {Name: "../x", Files: []string{other}},
	} {
		_, err := s.Train(context.Background(), d)
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, s.Close())
	require.Equal(t, before, testrun.LatestFiles(t, filepath.Join(dir, "current")), "the last good model is still published")

	o.Settings = map[string]string{"model": "wdl"}
	_, err = stream.Open(dir, o)
	require.ErrorIs(t, err, stream.ErrSettings)
	require.ErrorContains(t, err, `model is "wdl", and was "dnn"`)
	o.Settings = map[string]string{"seed": "2", "model": "dnn"}
	_, err = stream.Open(dir, o)
	require.ErrorContains(t, err, `seed is "2", and was not given`)
	o.Settings = nil
	_, err = stream.Open(dir, o)
	require.ErrorContains(t, err, `model is not given, and was "dnn"`)
	_, err = stream.Open(dir, stream.Options{})
	require.ErrorContains(t, err, "needs a schema")
	o.Run.Schedule = schedule.Cosine{Steps: 10}
	_, err = stream.Open(dir, o)
	require.ErrorContains(t, err, "no schedule of the learning rate")
}

// A stream whose first day failed begins with other settings, and nothing of the day is left.
func TestAStreamWithoutADayTakesOtherSettings(t *testing.T) {
	list, o := days(t, 2), options(t)
	dir, straight := filepath.Join(t.TempDir(), "s"), filepath.Join(t.TempDir(), "straight")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o.Run.Checkpoints = &train.Checkpoints{EverySteps: 10}
	o.Run.OnStep = func(train.Step) { cancel() }
	s, err := stream.Open(dir, o)
	require.NoError(t, err)
	_, err = s.Train(ctx, list[0])
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, s.Close())
	o.Run.Seed, o.Settings = 4, map[string]string{"seed": "4"}
	require.Equal(t, through(t, straight, o, list, -1), through(t, dir, o, list, -1))
	require.Equal(t, testrun.LatestFiles(t, filepath.Join(straight, "current")), testrun.LatestFiles(t, filepath.Join(dir, "current")))
}

// What training leaves out, the evaluation before it leaves out, too.
func TestBadLinesOfADayAreLeftOut(t *testing.T) {
	list, o := days(t, 2), options(t)
	good := through(t, filepath.Join(t.TempDir(), "a"), o, list, -1)
	for _, d := range list {
		text, err := os.ReadFile(d.Files[0])
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(d.Files[0], append(text, "2,no label\n"...), 0o600))
	}
	o.Read.SkipBadLines = 1
	bad := through(t, filepath.Join(t.TempDir(), "b"), o, list, -1)
	require.Equal(t, good, bad)
}

func TestASolverUnderWhichNothingVanishesKeepsAll(t *testing.T) {
	o := options(t)
	o.NewSolver = func(int) (solvers.Solver, error) { return solvers.NewAdam() }
	o.Run.EmbeddingInit = graph.Zeros()
	dir := filepath.Join(t.TempDir(), "s")
	records := through(t, dir, o, days(t, 2), -1)
	require.Zero(t, records[1].RowsEvicted)
	s, err := stream.Open(dir, o)
	require.NoError(t, err)
	defer s.Close()
	require.Contains(t, s.Stays(), "the decay never takes all of a row")
	text, err := json.Marshal(records[0])
	require.NoError(t, err)
	require.NotContains(t, string(text), "test_auc")
}
