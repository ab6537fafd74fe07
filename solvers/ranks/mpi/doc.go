// Package mpi connects the ranks of a job that mpirun has started by Open MPI, also on Slurm or as an
// MPIJob of Kubernetes. It holds the binding only; what ranks do together is in package ranks.
//
// The binding needs cgo and Open MPI, and so a build tag:
//
//	CGO_ENABLED=1 go build -tags mpi ./cmd/zoo
//
// A program that is built without the tag can run alone, and refuses to be one rank of several.
package mpi

import (
	"errors"
	"os"
	"strconv"

	"github.com/ctrzoo/ctrzoo/solvers/ranks"
)

// ErrNotBuilt is wrapped by the error of Connect in a program without the binding that was started as
// one rank of several.
var ErrNotBuilt = errors.New("this program was built without MPI, and cannot be one of several ranks; build it with: CGO_ENABLED=1 go build -tags mpi ./cmd/zoo")

// Link is the connection of this process to the other ranks.
type Link interface {
	ranks.Comm
	// Close waits for all ranks and ends the connection. A rank that failed, and of whose error the
	// others do not know, must not close: when it exits with another code than 0, mpirun ends the job.
	Close()
}

// The environment that Open MPI gives to each process that it starts.
const (
	rankVariable = "OMPI_COMM_WORLD_RANK"
	sizeVariable = "OMPI_COMM_WORLD_SIZE"
)

// Rank is the number of this process in the job that started it, 0 if none did.
func Rank() int { return number(rankVariable, 0) }

// Size is the number of processes in the job that started this one, 1 if none did.
func Size() int { return number(sizeVariable, 1) }

func number(variable string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return otherwise
	}
	return n
}
