package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/mpi"
	"github.com/spf13/cobra"
)

// runRank is run for a process that mpirun may have started as one of several. Only rank 0 prints; what
// goes wrong on another is told by rank 0, if the ranks can still talk to each other.
func runRank(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	link, err := mpi.Connect()
	switch {
	case err != nil:
		return tell(err, stderr)
	case link == nil:
		return run(ctx, args, stdout, stderr)
	}
	alone, quiet := stderr, stderr
	if link.Rank() > 0 {
		stdout, quiet = io.Discard, io.Discard
	}
	err = execute(context.WithValue(ctx, commKey{}, link), args, stdout, quiet)
	if err != nil && link.Size() > 1 && !allHave(err) {
		// Without Close, and so mpirun ends the others.
		fmt.Fprintf(alone, "zoo: rank %d: %s\n", link.Rank(), message(err))
		return 1
	}
	code := tell(err, quiet)
	link.Close()
	return code
}

// allHave reports whether all ranks have the error: they agreed on it, or it is of the command line, which is the
// same for all. An interruption is agreed on, too.
func allHave(err error) bool {
	var agreed *solvers.RankError
	var usage usageError
	return errors.As(err, &agreed) || errors.As(err, &usage) || errors.Is(err, context.Canceled)
}

// commKey is the key of the Comm in a context.
type commKey struct{}

// commOf connects to the other ranks; in a process of its own there are none.
func commOf(ctx context.Context) solvers.Comm {
	if c, ok := ctx.Value(commKey{}).(solvers.Comm); ok {
		return c
	}
	return solvers.LocalComms(1)[0]
}

// forRanks marks the verbs that several ranks do together.
var forRanks = map[string]string{"ranks": "yes"}

// checkRanks refuses the other verbs to several ranks, which would all do the same.
func checkRanks(cmd *cobra.Command) error {
	if n := commOf(cmd.Context()).Size(); n > 1 && cmd.Annotations["ranks"] == "" {
		return usageError{fmt.Errorf("%s is for one process, and was started as %d ranks", strings.TrimPrefix(cmd.CommandPath(), "zoo "), n)}
	}
	return nil
}
