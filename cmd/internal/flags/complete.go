package flags

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/solvers/schedule"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Complete lets the shell complete the values of the flags of a command and of those below it: solvers, models, data sets,
// metrics, schedules, folders of runs and YAML files.
func (c *Catalogs) Complete(cmd *cobra.Command) {
	for _, child := range cmd.Commands() {
		c.Complete(child)
	}
	values := c.values()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if names, known := values[f.Name]; known && f.Value.Type() != "stringToString" {
			_, isList := f.Value.(pflag.SliceValue)
			_ = cmd.RegisterFlagCompletionFunc(f.Name, completeNames(names, isList)) // the flag exists
		}
		switch f.Name {
		case "from", "resume":
			_ = cmd.RegisterFlagCompletionFunc(f.Name, completeRuns)
		case "schema", "config":
			_ = cmd.MarkFlagFilename(f.Name, "yaml", "yml")
		}
	})
}

// values lists what some flags can name.
func (c *Catalogs) values() map[string][]string {
	var solverNames, modelNames, metricNames []string
	for _, e := range c.Solvers.Entries() {
		solverNames = append(solverNames, e.Name)
	}
	for _, e := range c.Models.Entries() {
		modelNames = append(modelNames, e.Name)
	}
	for _, m := range slices.Concat(metrics.All(), c.own.Metrics) {
		metricNames = append(metricNames, m.Name)
	}
	return map[string][]string{
		"solver": solverNames, "model": modelNames, "models": modelNames, "data": c.Data.Names(),
		"metrics": metricNames, "monitor": metrics.Monitors(c.Metrics), "schedule": schedule.Names(),
	}
}

type completion = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective)

// completeNames completes a name, or the last one of a list with commas.
func completeNames(names []string, isList bool) completion {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		before := ""
		if at := strings.LastIndexByte(begun, ','); isList && at >= 0 {
			before, begun = begun[:at+1], begun[at+1:]
		}
		var found []string
		for _, name := range names {
			if strings.HasPrefix(name, begun) {
				found = append(found, before+name)
			}
		}
		if len(found) == 0 {
			return nil, cobra.ShellCompDirectiveDefault // it may be a file
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// completeRuns completes the folder of a run, or one that may hold runs.
func completeRuns(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	folders, err := filepath.Glob(begun + "*")
	if err != nil {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	var runs []string
	for _, path := range folders {
		if info, err := os.Stat(path); err == nil && info.IsDir() && checkpoint.IsRun(path) {
			runs = append(runs, path)
		}
	}
	if len(runs) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return runs, cobra.ShellCompDirectiveNoFileComp
}
