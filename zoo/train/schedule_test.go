package train_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
)

// steep schedules change the rate of overfits, which has 16 steps an epoch, in every epoch.
func steep() map[string]schedule.Schedule {
	return map[string]schedule.Schedule{
		"warm-up":     schedule.WarmUp{Steps: 40},
		"step":        schedule.Step{Every: 16, Factor: 0.5},
		"exponential": schedule.Exponential{Every: 16, Factor: 0.5},
		"cosine":      schedule.WarmUp{Steps: 8, Then: schedule.Cosine{Steps: 80}},
		"plateau":     schedule.Plateau{Factor: 0.1, Patience: 1, Floor: 1e-3},
	}
}

func TestARunWithAScheduleResumesWithTheSameBytes(t *testing.T) {
	plain, err := overfits(t).Train(filepath.Join(t.TempDir(), "plain"), -1)
	require.NoError(t, err)
	for name, schedule := range steep() {
		t.Run(name, func(t *testing.T) {
			s := overfits(t)
			s.Run.Schedule, s.Run.EvaluateEvery = schedule, 5
			straight, broken := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
			want, err := s.Train(straight, -1)
			require.NoError(t, err)
			require.NotEqual(t, plain[5].TrainLoss, want[len(want)-1].TrainLoss)
			for _, steps := range []int{5, 11, 20, 1, 33, 7} {
				_, err := s.Train(broken, steps)
				require.ErrorIs(t, err, context.Canceled)
			}
			got, err := s.Train(broken, -1)
			require.NoError(t, err)
			require.Equal(t, testrun.WithoutTime(want), testrun.WithoutTime(got))
			require.Equal(t, testrun.LatestFiles(t, straight), testrun.LatestFiles(t, broken))
		})
	}
}

// The history has the learning rate that the schedule gives the latest step.
func TestTheHistoryHasTheLearningRate(t *testing.T) {
	s := overfits(t)
	s.Run.Schedule = schedule.Step{Every: 16, Factor: 0.5}
	history, err := s.Train(filepath.Join(t.TempDir(), "run"), -1)
	require.NoError(t, err)
	for i, e := range history {
		require.InDelta(t, 0.02/float64(int(1)<<i), e.LearnRate, 1e-12)
	}

	s.Run.Schedule = schedule.Plateau{Factor: 0.5, Patience: 1}
	history, err = s.Train(filepath.Join(t.TempDir(), "plateau"), -1)
	require.NoError(t, err)
	rate, best := 0.02, history[0].Valid.LogLoss()
	for _, e := range history[1:] {
		require.InDelta(t, rate, e.LearnRate, 1e-12)
		if loss := e.Valid.LogLoss(); loss < best {
			best = loss
		} else {
			rate /= 2
		}
	}
	require.Less(t, rate, 0.02, "the rate was reduced")
}

// A run that goes on from another one begins its schedule anew.
func TestAScheduleBeginsWithTheRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "first")
	s := overfits(t)
	s.Run.Epochs = 2
	_, err := s.Train(dir, -1)
	require.NoError(t, err)
	s.Run.From, s.Run.Schedule, s.Run.Epochs = dir, schedule.Step{Every: 16, Factor: 0.5}, 2
	history, err := s.Train(filepath.Join(t.TempDir(), "second"), -1)
	require.NoError(t, err)
	require.Equal(t, 3*16, history[0].Steps)
	require.InDelta(t, 0.02, history[0].LearnRate, 1e-12)
	require.InDelta(t, 0.01, history[1].LearnRate, 1e-12)
}

func TestAnotherScheduleIsRefused(t *testing.T) {
	for want, change := range map[string]func(r *train.Run){
		`it has "is multiplied by 0.5 every 16 steps", this run has "is multiplied by 0.5 every 17 steps"`: func(r *train.Run) {
			r.Schedule = schedule.Step{Every: 17, Factor: 0.5}
		},
		`schedule of the learning rate: it has "is multiplied by 0.5 every 16 steps", this run has ""`: func(r *train.Run) { r.Schedule = nil },
		"steps between evaluations: it has 5, this run has 0":                                          func(r *train.Run) { r.EvaluateEvery = 0 },
	} {
		s := overfits(t)
		s.Run.Schedule, s.Run.EvaluateEvery = schedule.Step{Every: 16, Factor: 0.5}, 5
		dir := filepath.Join(t.TempDir(), "run")
		_, err := s.Train(dir, 20)
		require.ErrorIs(t, err, context.Canceled)
		change(&s.Run)
		_, err = s.Train(dir, -1)
		require.ErrorIs(t, err, checkpoint.ErrMismatch)
		require.ErrorContains(t, err, want)
	}
}

// plain hides what a solver can do.
type plain struct{ solvers.Solver }

func TestSchedulesThatCannotBeFollowed(t *testing.T) {
	for want, change := range map[string]func(r *train.Run){
		"down to 0 of it needs a monitor": func(r *train.Run) {
			r.Schedule, r.Monitor = schedule.Plateau{Factor: 0.5, Patience: 1}, metrics.NoMonitor
		},
		"got 0 and 0.5":            func(r *train.Run) { r.Schedule = schedule.Step{Factor: 0.5} },
		"train_test.plain is none": func(r *train.Run) { r.Solver = plain{r.Solver.(solvers.Solver)} },
		"the decay is scaled by the learning rate": func(r *train.Run) {
			r.Solver = testrun.Must(solvers.NewAdamAR(solvers.WithScaledDecay()))
		},
	} {
		run := overfits(t).Run
		run.Solver, run.Schedule = testrun.Must(solvers.NewAdamAR()), schedule.Step{Every: 16, Factor: 0.5}
		change(&run)
		_, err := train.NewTrainer(run)
		require.ErrorIs(t, err, train.ErrRun)
		require.ErrorContains(t, err, want)
	}
}

// Two ranks take the steps of a schedule together, also when it depends on the evaluations within epochs.
func TestRanksFollowASchedule(t *testing.T) {
	s := overfits(t)
	s.Run.Schedule, s.Run.EvaluateEvery, s.Run.Patience = schedule.Plateau{Factor: 0.5, Patience: 1}, 5, 4
	results := trainRanks(2, func(int) (train.Run, error) { return withSolver(s.Run, "adam", solvers.WithLearnRate(0.05)) })
	one := oneProcess(t, s.Run, "adam", solvers.WithLearnRate(0.05))
	for _, r := range results {
		require.NoError(t, r.err)
		require.Equal(t, sumOf(results[0].weights), sumOf(r.weights))
		require.Len(t, r.history, len(one.history))
		for i, e := range r.history {
			require.Equal(t, one.history[i].LearnRate, e.LearnRate)
		}
	}
}
