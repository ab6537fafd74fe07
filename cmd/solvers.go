package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/spf13/cobra"
)

func newSolversCommand(c *flags.Catalogs) *cobra.Command {
	return &cobra.Command{
		Use:   "solvers",
		Short: "List the solvers with their formulas, options, defaults and papers",
		Args:  ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for i, e := range c.Solvers.Entries() {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				if err := printSolver(cmd.OutOrStdout(), e); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func printSolver(w io.Writer, e solvers.Entry) error {
	var options []string
	for _, p := range e.Parameters {
		option := "--" + flags.Name(p.Name)
		if value := p.DefaultText(); value != "" {
			option += "=" + value
		}
		options = append(options, option)
	}
	moves := "when a batch touches them"
	if e.Semantics == solvers.EveryStep {
		moves = "at every step"
	}
	return ui.Hanging(w, e.Name, len("meda-adagrad "), e.Formula, e.Reference+"; rows move "+moves, strings.Join(options, " "))
}
