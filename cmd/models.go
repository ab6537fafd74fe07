package cmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/ctrzoo/ctrzoo/zoo"
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
	for i, e := range c.Models.Entries() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := ui.Hanging(w, e.Name, len("rankmixer "), e.Title, e.Paper, hyperparameters(e)); err != nil {
			return err
		}
	}
	return nil
}

// hyperparameters lists those of a model as flags with their defaults.
func hyperparameters(e zoo.Entry) string {
	var list []string
	for _, h := range e.Hyperparameters {
		list = append(list, "--"+flags.Name(h.Name)+"="+h.DefaultText())
	}
	return strings.Join(list, " ")
}

// printModelTable counts the values of each model over 24 fields: 23 with one row each, so that the values in tables are 23 times
// those of a row, and a list that shares one of them, for models that attend to it.
func printModelTable(c *flags.Catalogs, w io.Writer) error {
	fields := make([]graph.Field, 24)
	for i := range fields {
		fields[i] = graph.Field{Name: fmt.Sprint(i), Rows: 1}
	}
	fields[23] = graph.Field{Name: "list", Kind: graph.List, Rows: 1, Length: 1, Shares: "0"}
	fmt.Fprintln(w, "| family | model | what it is | paper | file | values in layers | values in a row |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|")
	for _, e := range byFamily(c.Models.Entries()) {
		dense, tables, err := e.Size(fields)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %d | %d |\n", e.Family, e.Name, e.Title, e.Paper, fileOf(e), dense, tables/23)
		if err != nil {
			return err
		}
	}
	return nil
}

// byFamily sorts models by their families, those of other families last.
func byFamily(entries []zoo.Entry) []zoo.Entry {
	place := func(e zoo.Entry) int {
		if at := slices.Index(zoo.Families(), e.Family); at >= 0 {
			return at
		}
		return len(zoo.Families())
	}
	return slices.SortedStableFunc(slices.Values(entries), func(a, b zoo.Entry) int { return place(a) - place(b) })
}

// fileOf returns a link to the file of a model of the zoo, and the type of another one.
func fileOf(e zoo.Entry) string {
	name := fmt.Sprintf("%T", e.Model)
	if !strings.HasPrefix(name, "zoo.") {
		return name
	}
	return fmt.Sprintf("[%s.go](zoo/%[1]s.go)", e.Name)
}
