package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/cobra"
)

func newBenchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure speed: training steps, predictions, reading, the limits of this machine, PyTorch, several ranks",
		Args:  noArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBenchStepCommand(), newBenchPredictCommand(), newBenchReadCommand(), newBenchLimitCommand(), newBenchPeerCommand(), newBenchRanksCommand())
	return cmd
}

// benchModels are the models in the shapes that are common in comparisons, for 24 fields of
// dimension 16.
func benchModels() map[string]zoo.Model {
	hidden := []int{512, 256, 128}
	return map[string]zoo.Model{
		"dnn":     zoo.DNN{EmbeddingDim: 16, HiddenUnits: hidden},
		"wdl":     zoo.WDL{EmbeddingDim: 16, HiddenUnits: hidden},
		"xdeepfm": zoo.XDeepFM{EmbeddingDim: 16, HiddenUnits: hidden, CINUnits: []int{100, 100, 100}},
		"wukong": zoo.WuKong{
			EmbeddingDim: 16, HiddenUnits: []int{256, 128}, Layers: 3,
			FMBUnits: 16, LCBUnits: 16, Rank: 16, FMBHiddenUnits: []int{256},
		},
	}
}

// benchModel is the model of --model.
func benchModel(name string) (zoo.Model, error) {
	model, known := benchModels()[name]
	if !known {
		return nil, usageError{fmt.Errorf("--model: unknown model %q; known: %v", name, slices.Sorted(maps.Keys(benchModels())))}
	}
	return model, nil
}

// benchSolver is the solver of --solver with its flags, if it can be measured.
func benchSolver(flags *solverFlags, name string) (solvers.Solver, error) {
	if err := flags.check([]string{name}); err != nil {
		return nil, usageError{err}
	}
	solver, err := flags.newSolver(name, runScale{1, 1})
	if err != nil {
		return nil, usageError{err}
	}
	if _, twice := solver.(*solvers.SAM); twice {
		return nil, usageError{fmt.Errorf("--solver: %s takes two passes a step", name)}
	}
	return solver, nil
}
