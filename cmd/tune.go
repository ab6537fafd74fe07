package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// tuneOptions are the flags of "zoo tune": those of "zoo train", and what is searched.
type tuneOptions struct {
	trainOptions
	catalogs         *flags.Catalogs
	search, out      string
	trials, parallel int
}

func newTuneCommand(c *flags.Catalogs) *cobra.Command {
	o := tuneOptions{catalogs: c}
	cmd := &cobra.Command{
		Use:   "tune",
		Short: "Search for the parameters of solver, model and batch that the validation part likes best",
		Long: `Search for parameters with the flags of zoo train, and --search for what is to be found: names of flags with
the values to draw, an interval (log: draws its logarithm) or words with | between them.

  zoo tune --data beauty --search 'alpha=log:1e-6..1e-2,embedding_dim=8|16|32,dropout=0..0.5' --trials 60 --out tuned
  zoo train --config tuned/run.yaml

Trials are drawn at random and halved successively: all are trained for a few epochs, the best quarter for four
times as many, up to --epochs. The best three run with three seeds. A trial is as good as the AUC of the
validation part after its best epoch; the test part decides nothing. Each run is a record in
OUT/records.jsonl, which zoo report and zoo verify read. The same command goes on with a search that was
interrupted, and ends with the same winner.`,
		Args: ui.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	o.addFlags(cmd.Flags(), c)
	f := cmd.Flags()
	ui.Group(f, ui.TrainingFlags, func() { o.addSearch(f) })
	f.Lookup("out").Usage = "folder for the records and run.yaml of the search"
	f.Lookup("json").Usage = "print one JSON object for each trial, the last one of the winner"
	return cmd
}

func (o *tuneOptions) addSearch(f *pflag.FlagSet) {
	f.StringVar(&o.search, "search", "", "what to search: NAME=LOW..HIGH, NAME=log:LOW..HIGH or NAME=WORD|WORD, with commas between them")
	f.IntVar(&o.trials, "trials", 32, "how many trials to draw")
	f.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), "runs at a time")
}

// notTuned are the flags of train that a search does not take: a record could not make such a run again.
var notTuned = []string{"resume", "from", "checkpoint-every", "keep", "embeddings", "diagnostics", "check-ranks",
	"shard-tables", "evaluate-every", "buckets", "bucket-field", "adaptive-buckets", "bucket-decay", "metrics", "test-every-epoch"}

func (o *tuneOptions) run(cmd *cobra.Command) error {
	if err := o.prepare(cmd); err != nil {
		return err
	}
	reporter := ui.NewReporter(cmd.OutOrStdout(), cmd.ErrOrStderr(), o.json)
	set, err := o.data.Open(cmd.Context(), o.seed, reporter)
	if err != nil {
		return err
	}
	if set.Valid == nil || set.Test == nil {
		return ui.Usagef("a search needs a validation part, which finds the winner, and a test part: give --valid and --test, or a split that has them")
	}
	search, err := o.newSearch(set)
	if err != nil {
		return err
	}
	store, err := experiment.OpenStore(filepath.Join(o.out, "records.jsonl"))
	if err != nil {
		return err
	}
	defer store.Close()
	if err := o.keepSearch(search); err != nil {
		return err
	}
	search.Store = store
	return o.report(cmd, search, set)
}

// prepare reads and checks the flags.
func (o *tuneOptions) prepare(cmd *cobra.Command) error {
	f := cmd.Flags()
	if o.config != "" {
		if err := flags.ReadConfig(o.config, f); err != nil {
			return ui.Usage(err)
		}
	}
	o.out = f.Lookup("out").Value.String()
	for _, name := range notTuned {
		if f.Changed(name) {
			return ui.Usagef("--%s is not for a search", name)
		}
	}
	switch monitor := f.Lookup("monitor").Value.String(); {
	case o.out == "":
		return ui.Usagef("--out: give a folder for the search")
	case o.search == "":
		return ui.Usagef("--search: say what to search, such as 'alpha=log:1e-6..1e-2'")
	case o.trials < 1 || o.parallel < 1:
		return ui.Usagef("--trials and --parallel must be at least 1, got %d and %d", o.trials, o.parallel)
	case monitor != "" && monitor != string(metrics.ValidAUC):
		return ui.Usagef("--monitor: a search finds the winner by valid_auc, got %q", monitor)
	case len(o.solvers) != 1:
		return ui.Usagef("--solver: a search is of one solver")
	}
	if err := f.Set("monitor", string(metrics.ValidAUC)); err != nil {
		return err
	}
	if err := errors.Join(o.check(1), o.precision.Available()); err != nil {
		return ui.Usage(err)
	}
	return nil
}

// newSearch makes the search that the flags describe.
func (o *tuneOptions) newSearch(set *datasets.Set) (*experiment.Search, error) {
	space, err := experiment.ParseSpace(o.search)
	if err != nil {
		return nil, ui.Usage(fmt.Errorf("--search: %w", err))
	}
	hyperparameters, err := o.model.Settings()
	if err != nil {
		return nil, ui.Usage(err)
	}
	parameters, err := o.solverFlags.Parameters(o.solvers[0], flags.Scale{StepsPerEpoch: (set.Train.Len() + o.batchSize - 1) / o.batchSize})
	if err != nil {
		return nil, ui.Usage(err)
	}
	s := &experiment.Search{
		Settings: experiment.Settings{
			Data: o.data.Name(), Model: o.model.Name, Hyperparameters: hyperparameters,
			Seed: o.seed, BatchSize: o.batchSize, Epochs: o.epochs, Patience: o.saving.Patience(),
			EmbeddingInit: o.model.InitializerText(),
		},
		Space: space, Trials: o.trials, Catalogs: o.catalogs.Experiments(), Parallel: o.parallel,
	}
	s.Solver, s.Parameters, s.Precision = o.solvers[0], parameters, o.precision.Precision
	if !o.schedule.IsConstant() {
		s.Schedule, s.WarmUp = o.schedule.Text, o.schedule.WarmUp
	}
	if err := s.Check(); err != nil {
		return nil, ui.Usage(fmt.Errorf("--search: %w", err))
	}
	return s, nil
}

// keepSearch writes to the folder what is searched. A folder of another search is refused: its records would be mixed.
func (o *tuneOptions) keepSearch(s *experiment.Search) error {
	text, err := json.Marshal(map[string]any{"search": o.search, "trials": o.trials, "settings": s.Settings})
	if err != nil {
		return err
	}
	path := filepath.Join(o.out, "search.json")
	before, err := safefile.Read(path, 1<<20)
	switch {
	case err == nil && string(before) != string(text):
		return ui.Usagef("--out %s holds another search: %s", o.out, before)
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	return safefile.WriteFile(path, text)
}

// report makes the search, and prints the trials and the winner.
func (o *tuneOptions) report(cmd *cobra.Command, s *experiment.Search, set *datasets.Set) error {
	lines := cmd.ErrOrStderr()
	if o.json {
		lines = io.Discard
	}
	progress, trials := ui.NewExperimentReporter(lines, cmd.ErrOrStderr()), ui.NewTrials(cmd.OutOrStdout(), o.json)
	s.OnRun = progress.Progress
	var failure error
	s.OnTrial = func(t *experiment.Trial) {
		progress.End()
		failure = errors.Join(failure, trials.Add(t))
	}
	defer ui.Finish(cmd.Context())()
	winner, err := s.Run(cmd.Context(), set)
	progress.End()
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("interrupted: the finished runs are in %s; the same command goes on", o.out)
	case err != nil || failure != nil:
		return errors.Join(err, failure)
	}
	config := filepath.Join(o.out, "run.yaml")
	text, err := flags.Config(cmd.Flags(), winner.Values, "out", "json", "config", "search", "trials", "parallel")
	if err != nil {
		return err
	}
	if err := safefile.WriteFile(config, text); err != nil {
		return err
	}
	return trials.Winner(winner, config)
}
