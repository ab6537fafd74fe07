package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// usageError is an error of the command line, as against one of a run.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Usage makes err an error of the command line. The exit code for it is 2.
func Usage(err error) error { return usageError{err} }

// Usagef is Usage(fmt.Errorf(format, args...)).
func Usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// IsUsage reports whether err is an error of the command line.
func IsUsage(err error) bool { return errors.As(err, new(usageError)) }

// Exit prints an error, unless it is nil, and returns the exit code of the program: 0, 1 for a run
// that failed or was interrupted, 2 for a command line that is wrong.
func Exit(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return 0
	case IsUsage(err):
		fmt.Fprintf(stderr, "zoo: %s\nRun 'zoo help' for the commands, 'zoo COMMAND --help' for the flags of one.\n", Message(err))
		return 2
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "zoo: interrupted")
		return 1
	default:
		fmt.Fprintf(stderr, "zoo: %s\n", Message(err))
		return 1
	}
}

// Message is the text of an error without the name of package zoo, which is also that of the command.
func Message(err error) string { return strings.TrimPrefix(err.Error(), "zoo: ") }

// OneArgument wants exactly one argument.
func OneArgument(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return Usagef("%s takes one argument, %s; got %d", cmd.Name(), what, len(args))
		}
		return nil
	}
}

// NoArguments refuses arguments of a command that takes only flags.
func NoArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usagef("%s takes no arguments, got %q", cmd.Name(), args[0])
	}
	return nil
}

const forRanks = "ranks"

// ForRanks marks a command that several ranks do together.
func ForRanks(cmd *cobra.Command) { cmd.Annotations = map[string]string{forRanks: "yes"} }

// IsForRanks reports whether several ranks do the command together.
func IsForRanks(cmd *cobra.Command) bool { return cmd.Annotations[forRanks] != "" }
