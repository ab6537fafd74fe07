package train_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/internal/testrun"
	"github.com/ctrzoo/ctrzoo/zoo/train"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
)

// Solvers that Gorgonia ships panic on the gradient of a table. A run with one is an error before it begins.
func TestARunRefusesSolversOfGorgonia(t *testing.T) {
	for _, s := range []gorgonia.Solver{
		gorgonia.NewVanillaSolver(), gorgonia.NewMomentum(), gorgonia.NewAdamSolver(), gorgonia.NewAdaGradSolver(),
		gorgonia.NewRMSPropSolver(), gorgonia.NewBarzilaiBorweinSolver(), gorgonia.NewAdamW(),
	} {
		_, err := train.NewTrainer(train.Run{Model: zoo.DNN{}, Solver: s, Train: testrun.Small(t, 200).Train})
		require.ErrorIs(t, err, train.ErrRun)
		require.ErrorIs(t, err, solvers.ErrSolver)
		require.ErrorContains(t, err, fmt.Sprintf("%T does not take row gradients", s))
	}
}

// opaque and open are wrappers of a user, without and with Unwrap.
type opaque struct{ solvers.Solver }

type open struct{ solvers.Solver }

func (o open) Unwrap() solvers.Solver { return o.Solver }

// With Unwrap a wrapper takes the steps of its solver, which is told of passes, epochs and buckets. Without, the
// run ends with an error.
func TestARunSeesThroughWrappersOrFails(t *testing.T) {
	set := testrun.Small(t, 300)
	run := train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, BatchSize: 50, Epochs: 2, Buckets: train.Buckets{Number: 3}}
	weights := func(wrap func(solvers.Solver) solvers.Solver, name string, options ...solvers.Option) ([][]float32, error) {
		e, err := solvers.Find(name)
		require.NoError(t, err)
		s, err := e.New(options...)
		require.NoError(t, err)
		run := run
		run.Solver = wrap(s)
		trainer, err := train.NewTrainer(run)
		require.NoError(t, err)
		defer trainer.Free()
		_, err = trainer.Train(context.Background())
		var all [][]float32
		for w := range trainer.Weights().All() {
			all = append(all, append([]float32(nil), w.Values()...))
		}
		return all, err
	}
	for name, want := range map[string]error{"sam": solvers.ErrPass, "meda": solvers.ErrEpoch, "adamar": solvers.ErrBuckets, "fal": nil} {
		var options []solvers.Option
		if name == "adamar" {
			options = append(options, solvers.WithBuckets(1, 0.1))
		}
		bare, err := weights(func(s solvers.Solver) solvers.Solver { return s }, name, options...)
		require.NoError(t, err)
		seen, err := weights(func(s solvers.Solver) solvers.Solver { return open{open{s}} }, name, options...)
		require.NoError(t, err)
		require.Equal(t, bare, seen, name)
		hidden, err := weights(func(s solvers.Solver) solvers.Solver { return opaque{s} }, name, options...)
		require.ErrorIs(t, err, want)
		if want == nil {
			require.Equal(t, bare, hidden, name)
		}
	}
}

func TestCheckpointsRefuseASolverWithoutState(t *testing.T) {
	d, err := checkpoint.Create(t.TempDir()+"/run", nil)
	require.NoError(t, err)
	defer d.Close()
	adam, err := solvers.NewAdam()
	require.NoError(t, err)
	run := train.Run{Model: zoo.DNN{}, Train: testrun.Small(t, 200).Train, Checkpoints: &train.Checkpoints{Directory: d}}
	for _, s := range []solvers.Solver{open{adam}, opaque{adam}} {
		run.Solver = s
		trainer, err := train.NewTrainer(run)
		if _, hidden := s.(opaque); hidden {
			require.ErrorIs(t, err, train.ErrRun)
			require.ErrorContains(t, err, "checkpoints need a solvers.Stateful, train_test.opaque is none")
			continue
		}
		require.NoError(t, err)
		trainer.Free()
	}
}
