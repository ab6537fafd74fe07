package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/spf13/cobra"
)

// experimentOptions are the flags of "zoo experiment".
type experimentOptions struct {
	records  string
	data     dataSources
	models   []string
	only     []string
	methods  []string
	parallel int
	dryRun   bool
}

func newExperimentCommand(c *flags.Catalogs) *cobra.Command {
	o := experimentOptions{data: dataSources{catalogs: c}}
	cmd := &cobra.Command{
		Use:   "experiment GRID",
		Short: "Run a grid of data sets, models, methods and seeds, and keep a record of each run",
		Long: `Run a grid: a YAML file, or one of those that come with zoo by its name:

  ` + strings.Join(experiment.ReadyGrids(), ", ") + `

For each data set, model and method, all candidates run with all seeds, and the coefficient with the highest mean AUC
of the validation part after the last epoch is chosen. Each finished run is a line of the file of records. A run
that is there is not made again, so an interrupted grid goes on where it was.

  zoo experiment small --records small.jsonl
  zoo report small.jsonl --out report`,
		Args:      ui.OneArgument("a grid"),
		ValidArgs: experiment.ReadyGrids(), // for the shell; a file may be given, too
		RunE: func(cmd *cobra.Command, args []string) error {
			grid, err := experiment.LoadGrid(args[0], c.Experiments())
			if err != nil {
				return ui.Usage(err)
			}
			if err := o.narrow(grid); err != nil {
				return ui.Usage(err)
			}
			if o.dryRun {
				return o.preview(cmd, grid)
			}
			return o.run(cmd, grid)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.records, "records", "records.jsonl", "file of JSON lines, one for each finished run")
	f.StringToStringVar(&o.data.folders, "data", nil, "folders of the grid's data sets: NAME=DIR, a folder of zoo prepare")
	f.StringSliceVar(&o.models, "models", nil, "only these models of the grid")
	f.StringSliceVar(&o.only, "only-data", nil, "only these data sets of the grid")
	f.StringSliceVar(&o.methods, "methods", nil, "only these methods of the grid, by the names that reports call them")
	f.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), "runs at a time")
	f.BoolVar(&o.dryRun, "dry-run", false, "print how many runs are recorded and how many are left, and make none; the records may be packed")
	return cmd
}

// narrow removes what --models, --only-data and --methods leave out of a grid.
func (o *experimentOptions) narrow(g *experiment.Grid) error {
	if o.parallel < 1 {
		return fmt.Errorf("--parallel must be at least 1, got %d", o.parallel)
	}
	var err error
	if g.Models, err = keepOnly(g.Models, o.models, "--models", "model", func(m string) string { return m }); err != nil {
		return err
	}
	if g.Data, err = keepOnly(g.Data, o.only, "--only-data", "data set", func(d experiment.Data) string { return d.Name }); err != nil {
		return err
	}
	if g.Methods, err = keepOnly(g.Methods, o.methods, "--methods", "method", func(m experiment.Method) string { return m.Name }); err != nil {
		return err
	}
	for _, d := range g.Data {
		if !o.data.has(d.Name) {
			return fmt.Errorf("the grid has data set %q: say --data %s=DIR, or leave it out by --only-data", d.Name, d.Name)
		}
	}
	return nil
}

// keepOnly returns the items of a grid that have one of the names of a flag: all of them without the flag.
func keepOnly[T any](items []T, names []string, flag, kind string, nameOf func(T) string) ([]T, error) {
	if names == nil {
		return items, nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(items, func(i T) bool { return nameOf(i) == name }) {
			return nil, fmt.Errorf("%s: the grid has no %s %q", flag, kind, name)
		}
	}
	return slices.DeleteFunc(items, func(i T) bool { return !slices.Contains(names, nameOf(i)) }), nil
}

func (o *experimentOptions) run(cmd *cobra.Command, grid *experiment.Grid) error {
	store, err := experiment.OpenStore(o.records)
	if err != nil {
		return err
	}
	defer store.Close()
	tellDamaged(cmd, store)
	reporter := ui.NewExperimentReporter(cmd.OutOrStdout(), cmd.ErrOrStderr())
	runner := &experiment.Runner{Grid: grid, Store: store, Parallel: o.parallel, Open: o.data.open, OnProgress: reporter.Progress}
	defer ui.Finish(cmd.Context())()
	err = runner.Run(cmd.Context())
	reporter.End()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted: the finished runs are in %s; the same command goes on", o.records)
	}
	return err
}

// preview prints how many runs of a grid are recorded, and how many are left.
func (o *experimentOptions) preview(cmd *cobra.Command, grid *experiment.Grid) error {
	store, err := experiment.ReadStore(o.records)
	if errors.Is(err, fs.ErrNotExist) {
		store, err = experiment.NewStore(), nil
	}
	if err != nil {
		return err
	}
	tellDamaged(cmd, store)
	runner := &experiment.Runner{Grid: grid, Store: store, Open: o.data.open}
	planned, err := runner.DryRun(cmd.Context())
	if err != nil {
		return err
	}
	return ui.WritePlanned(cmd.OutOrStdout(), planned)
}

// dataSources finds the data sets of grids and records: in folders, by name, or in a catalog if they are drawn.
type dataSources struct {
	catalogs *flags.Catalogs
	folders  map[string]string
}

// has reports whether a data set can be opened.
func (d *dataSources) has(name string) bool { return d.folders[name] != "" || d.catalogs.IsDrawn(name) }

// open opens a data set.
func (d *dataSources) open(ctx context.Context, name string) (*datasets.Set, error) {
	switch {
	case d.folders[name] != "":
		return prepared.Open(ctx, d.folders[name], prepared.Options{})
	case name == "synthetic":
		return synthetic.Open(ctx, synthetic.Options{Seed: 1, ValidRows: 50_000})
	case d.has(name):
		return d.catalogs.Data.Open(ctx, name, rawlog.Files{}, encode.Options{Choices: encode.Choices{Seed: 1}})
	}
	return nil, ui.Usagef("where is data set %q? Say --data %[1]s=DIR", name)
}
