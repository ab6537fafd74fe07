package main

import (
	"fmt"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/spf13/cobra"
)

func newModelsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "models",
		Short: "List the models with their hyper-parameters, defaults and papers",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for i, e := range zoo.Catalog() {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%-8s %s\n         %s\n         --%s\n",
					e.Name, e.Title, e.Paper, strings.Join(e.Hyperparameters, " --"))
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}
