package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/bench"
	"github.com/ctrzoo/ctrzoo/cmd/internal/export"
	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/ctrzoo/ctrzoo/cmd/internal/serve"
	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/known"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/spf13/cobra"
)

// Zoo is the command zoo. The zero Zoo has the models, solvers, data sets and metrics of this module; the
// fields add one's own, which every verb then knows by their names.
//
//	func main() {
//		cmd.Main(cmd.Zoo{Models: []zoo.Model{Mine{}}})
//	}
type Zoo struct {
	Models  []zoo.Model      // each a value of its type, see zoo.NewCatalog
	Solvers []solvers.Entry  // see solvers.NewCatalog
	Data    []known.Entry    // see known.Catalog.With
	Metrics []metrics.Metric // measured beside those of metrics.Default
}

// Main is the whole program of a Zoo: it does what the command line says, as one of several ranks if mpirun
// started it so, and exits. An interrupt, a SIGTERM or a SIGHUP ends a run with what is saved so far, and anything else within seconds.
func Main(z Zoo) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // by nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	ctx = ui.EndAfter(ctx, 2*time.Second, func() { os.Exit(ui.Exit(context.Canceled, os.Stderr)) })
	os.Exit(z.runRank(ctx, os.Args[1:], standardOutput(ctx), os.Stderr))
}

// standardOutput returns the standard output. If it is a pipe that nobody reads, writing to it ends soon after ctx.
func standardOutput(ctx context.Context) io.Writer {
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeNamedPipe != 0 {
		return &safefile.WaitingWriter{Context: ctx, File: os.Stdout, Patience: 2 * time.Second}
	}
	return os.Stdout
}

// Run does in one process what the arguments say, and returns the exit code: 0 if all went well, 1 if
// a run failed or was interrupted by ctx, 2 if the arguments are wrong.
func (z Zoo) Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return ui.Exit(z.execute(ctx, ranks.Alone(), args, stdout, stderr), stderr)
}

// runRank is Run for a process that mpirun may have started as one of several. Only rank 0 prints;
// rank 0 also reports what goes wrong on another, if the ranks can still talk to each other.
func (z Zoo) runRank(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	link, err := startRank(args, stderr)
	switch {
	case link == nil && err != nil:
		return ui.Exit(err, stderr)
	case link == nil:
		return z.Run(ctx, args, stdout, stderr)
	}
	alone, quiet := stderr, stderr
	if link.Rank() > 0 {
		stdout, quiet = io.Discard, io.Discard
	}
	if err == nil {
		err = z.execute(ctx, link, args, stdout, quiet)
	}
	if err != nil && link.Size() > 1 && !allHave(err) {
		// Without Close, and so mpirun ends the others.
		fmt.Fprintf(alone, "zoo: rank %d: %s\n", link.Rank(), ui.Message(err))
		return 1
	}
	code := ui.Exit(err, quiet)
	link.Close()
	return code
}

// execute does what the arguments say, together with the other ranks of comm.
func (z Zoo) execute(ctx context.Context, comm ranks.Comm, args []string, stdout, stderr io.Writer) error {
	catalogs, err := flags.NewCatalogs(flags.Own(z))
	if err != nil {
		return ui.Usage(err)
	}
	root := newRootCommand(catalogs, comm)
	if err := catalogs.Err(); err != nil {
		return ui.Usage(err)
	}
	root.SetArgs(flags.SpreadLists(root, args))
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

func newRootCommand(c *flags.Catalogs, comm ranks.Comm) *cobra.Command {
	root := &cobra.Command{
		Use:           "zoo",
		Short:         "Train click-through-rate models that do not collapse after one epoch",
		SilenceErrors: true,
		// A name with two letters too many, missing or exchanged is still understood.
		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
		Version:                    prepared.Version(),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return ui.Usagef("unknown command %q%s", args[0], ui.DidYouMean(cmd.SuggestionsFor(args[0])))
			}
			return nil
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return errors.Join(checkRanks(cmd, comm), checkKernel()) },
	}
	root.SetFlagErrorFunc(ui.UnknownFlag)
	root.SetUsageFunc(ui.PrintUsage)
	root.SetHelpFunc(ui.PrintHelp)
	root.AddCommand(
		newGenerateCommand(), newSchemaCommand(), newPrepareCommand(c), newDescribeCommand(),
		newTrainCommand(c, comm), newTuneCommand(c), newStreamCommand(c, comm), newDeltaCommand(), newEvaluateCommand(c), newPredictCommand(c), newInspectCommand(c),
		serve.NewCommand(c),
		newModelsCommand(c), newSolversCommand(c),
		newExperimentCommand(c), newReportCommand(), newVerifyCommand(c), export.NewCommand(c), export.NewImportCommand(c), bench.NewCommand(c, comm),
	)
	c.Complete(root)
	return root
}

// checkKernel refuses a kernel in the environment that this processor does not have.
func checkKernel() error {
	if err := kernel.Check(); err != nil {
		return ui.Usage(err)
	}
	return nil
}
