// Command zoo trains click-through-rate models.
//
//	zoo train                      # a synthetic log, DNN, AdamAR
//	zoo train --solver adam,adamar # the one-epoch collapse, and its cure
//	zoo help                       # all verbs
//
// Figures go to standard output, everything else to standard error. The exit code is 0 if all
// went well, 1 if a run failed or was interrupted, 2 if the command line is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(runRank(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is an error of the command line, as against one of a run.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run is the whole program of one process; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return tell(execute(ctx, args, stdout, stderr), stderr)
}

// execute does what the command line says.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return root.ExecuteContext(ctx)
}

// tell tells an error and returns the exit code.
func tell(err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "zoo: %s\nRun 'zoo help' for the verbs, 'zoo VERB --help' for the flags of one.\n", message(err))
		return 2
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "zoo: interrupted")
		return 1
	default:
		fmt.Fprintf(stderr, "zoo: %s\n", message(err))
		return 1
	}
}

// message is the text of an error without the name of the package, which is that of the command.
func message(err error) string { return strings.TrimPrefix(err.Error(), "zoo: ") }

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "zoo",
		Short:         "Train click-through-rate models that do not collapse after one epoch",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown verb %q", args[0])}
			}
			return nil
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return checkRanks(cmd) },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newGenerateCommand(), newSchemaCommand(), newPrepareCommand(), newDescribeCommand(),
		newTrainCommand(), newEvaluateCommand(), newPredictCommand(), newInspectCommand(),
		newModelsCommand(), newSolversCommand(),
		newExperimentCommand(), newReportCommand(), newVerifyCommand(), newBenchCommand(),
	)
	return root
}

// oneArgument wants exactly one argument.
func oneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageError{fmt.Errorf("%s takes one argument, %s; got %d", cmd.Name(), what, len(args))}
		}
		return nil
	}
}

// noArguments refuses arguments of a verb that takes only flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no arguments, got %q", cmd.Name(), args[0])}
	}
	return nil
}
