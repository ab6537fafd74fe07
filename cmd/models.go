package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/spf13/cobra"
)

func newModelsCommand(c *flags.Catalogs) *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "models",
		Short: "List the models with their hyper-parameters, defaults and papers",
		Args:  ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if markdown {
				return printModelTable(c, cmd.OutOrStdout())
			}
			return printModels(c, cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print the table of the README")
	return cmd
}

func printModels(c *flags.Catalogs, w io.Writer) error {
	for i, e := range c.Models {
		if i > 0 {
			fmt.Fprintln(w)
		}
		_, err := fmt.Fprintf(w, "%-8s %s\n         %s\n         --%s\n",
			e.Name, e.Title, e.Paper, strings.Join(e.Hyperparameters, " --"))
		if err != nil {
			return err
		}
	}
	return nil
}

// printModelTable counts the values of each model over 24 fields of one row each: what is in
// tables is then 24 times the values of a row.
func printModelTable(c *flags.Catalogs, w io.Writer) error {
	fields := make([]graph.Field, 24)
	for i := range fields {
		fields[i] = graph.Field{Name: fmt.Sprint(i), Rows: 1}
	}
	fmt.Fprintln(w, "| model | what it is | paper | file | values in layers | values in a row |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|")
	for _, e := range c.Models {
		dense, tables, err := e.Size(fields)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "| %s | %s | %s | [%s](zoo/%[4]s) | %d | %d |\n",
			e.Name, e.Title, e.Paper, e.File, dense, tables/len(fields))
		if err != nil {
			return err
		}
	}
	return nil
}
