package bench

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/cobra"
)

// NewCommand makes the verb bench, with a verb of its own for each thing that is measured. The ranks
// of comm are those that bench ranks measures.
func NewCommand(c *flags.Catalogs, comm ranks.Comm) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure speed: training steps, predictions, requests, reading, the limits of this machine, PyTorch, several ranks",
		Args:  ui.NoArguments,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newStepCommand(c), newPredictCommand(c), newReadCommand(c), newLimitCommand(c), newScaleCommand(c), newPeerCommand(),
		newQualityCommand(c), newRanksCommand(c, comm), newServeCommand(c))
	for _, verb := range cmd.Commands() {
		verb.PreRunE = checkNumbers
	}
	return cmd
}

// shape are the hyper-parameters that are common in comparisons, for 24 fields of dimension 16.
func shape() zoo.Settings {
	return zoo.Settings{
		{Name: "embedding_dim", Value: 16}, {Name: "hidden_units", Value: []int{512, 256, 128}},
		{Name: "cin_units", Value: []int{100, 100, 100}}, {Name: "block_units", Value: 128},
	}
}

// shapeOf are those of a model that differ.
func shapeOf(model string) zoo.Settings {
	return map[string]zoo.Settings{
		"wukong": {
			{Name: "hidden_units", Value: []int{256, 128}}, {Name: "layers", Value: 3},
			{Name: "fmb_units", Value: 16}, {Name: "lcb_units", Value: 16}, {Name: "rank", Value: 16}, {Name: "fmb_hidden_units", Value: []int{256}},
		},
	}[model]
}

// historyOf returns how many ids the list has that takes the place of the last field, for a model that attends to one; else 0.
func historyOf(model string) int { return map[string]int{"din": 50}[model] }

// models are the models of the zoo in these shapes.
func models() map[string]zoo.Model {
	all := map[string]zoo.Model{}
	var catalog *zoo.Catalog
	for _, e := range catalog.Entries() {
		m, err := e.New(slices.Concat(shape(), shapeOf(e.Name)))
		if err != nil {
			panic(err) // a test makes them
		}
		all[e.Name] = m
	}
	return all
}

// modelNamed returns the model of --model. Those that are not of the zoo have their own defaults.
func modelNamed(c *flags.Catalogs, name string) (zoo.Model, error) {
	if model, known := models()[name]; known {
		return model, nil
	}
	model, err := c.Models.New(name, nil)
	if err != nil {
		return nil, ui.Usagef("--model: %w", err)
	}
	return model, nil
}

// solverNamed returns the solver of --solver with its flags, if it can be measured.
func solverNamed(f *flags.Solver, name string) (solvers.Solver, error) {
	if err := f.Check([]string{name}); err != nil {
		return nil, ui.Usage(err)
	}
	solver, err := f.New(name, flags.Scale{Seed: 1, StepsPerEpoch: 1})
	if err != nil {
		return nil, ui.Usage(err)
	}
	if _, twice := solvers.As[solvers.TwoPass](solver); twice {
		return nil, ui.Usagef("--solver: %s takes two passes a step", name)
	}
	return solver, nil
}
