package cmd

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/synthetic"
	"github.com/spf13/cobra"
)

// driftOptions are the flags of "zoo generate drift".
type driftOptions struct {
	log  synthetic.Drift
	days int
	out  string
	json bool
}

func newGenerateDriftCommand() *cobra.Command {
	var o driftOptions
	cmd := &cobra.Command{
		Use:   "drift --out FOLDER",
		Short: "Write a log by days in which ids are born and die, drawn from known click probabilities",
		Long: `Write a log by days to a new folder: 2026-01-01.csv and so on, schema.yaml, and best_auc.jsonl with what is
printed. Every day some users and items die and others come, most of them new, some returned; popularity
drifts. The log is drawn from known click probabilities: no model can expect an AUC on a day above the
best AUC of that day.

With the defaults the ids that were ever seen grow about ten-fold in 60 days; those alive stay about as many.

  zoo generate drift --days 60 --rows 100000 --out logs`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.IntVar(&o.days, "days", 60, "days to write")
	f.IntVar(&o.log.Rows, "rows", 100_000, "rows of a day, at least 100")
	f.StringVar(&o.out, "out", "", "folder to write; it must be new or empty")
	f.Uint64Var(&o.log.Seed, "seed", 1, "seed of the log")
	f.IntVar(&o.log.Users, "users", 0, "users alive on a day, about (default a fourth of --rows)")
	f.IntVar(&o.log.Items, "items", 0, "items alive on a day, about (default a fiftieth of --rows)")
	f.Float64Var(&o.log.Births, "births", 0.15, "users and items that come each day, as a share of those of the first day")
	f.Float64Var(&o.log.Deaths, "deaths", 0.15, "share of the users and items that die each day")
	f.Float64Var(&o.log.Returns, "returns", 0.05, "share of those that come that lived before")
	f.Float64Var(&o.log.Popularity, "popularity", 0.2, "how much of its popularity an id loses from day to day, 0 to 1")
	f.Float64Var(&o.log.Effects, "effects", 0, "how much of its effects on clicks an id loses from day to day, 0 to 1")
	f.BoolVar(&o.json, "json", false, "print one JSON object for each day instead of a table")
	return cmd
}

// drift returns the options of the log, in which a rate of 0 means the default.
func (o *driftOptions) drift(reporter *ui.Reporter) synthetic.Drift {
	d := o.log
	for _, rate := range []*float64{&d.Births, &d.Deaths, &d.Returns, &d.Popularity} {
		if *rate == 0 {
			*rate = synthetic.None
		}
	}
	d.Progress = reporter.Written()
	return d
}

func (o *driftOptions) run(cmd *cobra.Command) error {
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	d := o.drift(reporter)
	switch err := d.Check(); {
	case o.out == "":
		return ui.Usagef("--out: name the folder to write")
	case o.days < 1:
		return ui.Usagef("--days must be at least 1, got %d", o.days)
	case err != nil:
		return ui.Usagef("--%w", err)
	}
	show := showDriftDays(cmd.OutOrStdout(), o.json)
	err := d.WriteFolder(cmd.Context(), o.out, o.days, func(day synthetic.DriftDay) error {
		reporter.EndBar()
		return show(day)
	})
	reporter.EndBar()
	if err != nil {
		return err
	}
	reporter.Note(fmt.Sprintf("%d days in %s, described by %s", o.days, o.out, filepath.Join(o.out, "schema.yaml")))
	return nil
}

// showDriftDays returns what prints a day: as a line of a table, which begins with a header, or as JSON.
func showDriftDays(out io.Writer, asJSON bool) func(synthetic.DriftDay) error {
	if asJSON {
		lines := json.NewEncoder(out)
		return func(d synthetic.DriftDay) error { return lines.Encode(d) }
	}
	header := fmt.Sprintf("%-10s  %9s  %6s  %8s  %9s  %8s  %8s  %8s  %9s\n",
		"day", "rows", "clicks", "best AUC", "ids alive", "born", "died", "returned", "ever seen")
	return func(d synthetic.DriftDay) error {
		_, err := fmt.Fprintf(out, "%s%-10s  %9d  %6s  %8.4f  %9d  %8d  %8d  %8d  %9d\n", header,
			d.Day, d.Rows, percent(float64(d.Clicks)/float64(d.Rows)), d.BestAUC, d.Alive, d.Born, d.Died, d.Returned, d.Seen)
		header = ""
		return err
	}
}
