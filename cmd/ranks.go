package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/ui"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/solvers/ranks/mpi"
	"github.com/spf13/cobra"
)

// startTime is how long the ranks of a job wait for each other to start: MPI does not notice that another program runs as one
// of them.
const startTime = 20 * time.Second

// startRank connects this process to the other ranks, and finds out whether all were started alike. It returns nil for a
// process that was started alone.
func startRank(args []string, stderr io.Writer) (mpi.Link, error) {
	patience := startTime
	if mpi.Rank() > 0 {
		patience += time.Second // rank 0 says it, unless it is the other program
	}
	late := time.AfterFunc(patience, func() {
		fmt.Fprintf(stderr, "zoo: rank %d of %d: not all ranks have started after %v: are all of them zoo?\n", mpi.Rank(), mpi.Size(), startTime)
		os.Exit(1)
	})
	defer late.Stop()
	link, err := mpi.Connect()
	if err == nil && link != nil {
		err = sameStart(link, args)
	}
	return link, err
}

// sameStart finds out whether all ranks can run, and were started with the same command line. If not, each would wait for what
// the others never do.
func sameStart(comm ranks.Comm, args []string) error {
	if comm.Size() == 1 {
		return nil
	}
	group := ranks.NewGroup(comm)
	if err := group.Agree(checkKernel()); err != nil {
		return err
	}
	all, err := group.Gather([]byte(strings.Join(append([]string{prepared.Version()}, args...), "\x00")))
	if err != nil {
		return err
	}
	own := strings.Split(string(all[0]), "\x00")
	for rank, text := range all {
		other := strings.Split(string(text), "\x00")
		switch {
		case string(text) == string(all[0]):
		case other[0] != own[0]:
			return ui.Usagef("rank %d is version %s, and rank 0 is version %s: give all ranks the same program", rank, other[0], own[0])
		default:
			return ui.Usagef("rank %d was started with %q, and rank 0 with %q: give all ranks the same command line", rank, other[1:], own[1:])
		}
	}
	return nil
}

// allHave reports whether all ranks have the error: they agreed on it, or it is of the command line, which is the
// same for all. An interruption is agreed on, too.
func allHave(err error) bool {
	var agreed *ranks.Error
	return errors.As(err, &agreed) || ui.IsUsage(err) || errors.Is(err, context.Canceled)
}

// checkRanks refuses to several ranks a verb that is for one process: all would do the same.
func checkRanks(cmd *cobra.Command, comm ranks.Comm) error {
	if n := comm.Size(); n > 1 && !ui.IsForRanks(cmd) {
		return ui.Usagef("%s is for one process, and was started as %d ranks", strings.TrimPrefix(cmd.CommandPath(), "zoo "), n)
	}
	return nil
}
