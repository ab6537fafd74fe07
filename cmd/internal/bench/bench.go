package bench

import (
	"slices"

	"github.com/ctrzoo/ctrzoo/cmd/internal/bench/peer"
	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/bench"
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
	cmd.AddCommand(newStepCommand(c), newPredictCommand(c), newReadCommand(c), newLimitCommand(c), newScaleCommand(c), peer.NewCommand(),
		peer.NewQualityCommand(c), newRanksCommand(c, comm), newServeCommand(c))
	for _, verb := range cmd.Commands() {
		verb.PreRunE = checkNumbers
	}
	return cmd
}

// modelNamed returns the model of --model, with more settings. One that is not of the zoo has its own defaults.
func modelNamed(c *flags.Catalogs, name string, more ...zoo.Setting) (zoo.Model, error) {
	model, err := c.Models.New(name, slices.Concat(bench.ModelShape(name), more))
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
