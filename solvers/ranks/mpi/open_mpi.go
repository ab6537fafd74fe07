//go:build mpi

package mpi

import (
	"fmt"
	"os"

	"cogentcore.org/lab/base/mpi"
)

// Connect connects to the other ranks; it returns nil for a process that was started alone.
func Connect() (Link, error) {
	if os.Getenv(sizeVariable) == "" {
		return nil, nil
	}
	// The scheduler of Go moves goroutines between threads.
	if err := mpi.InitThreadSafe(); err != nil {
		return nil, fmt.Errorf("mpi: %w", err)
	}
	mpi.LogErrors = false // they are returned
	comm, err := mpi.NewComm(nil)
	if err != nil {
		return nil, err
	}
	return &link{comm, comm.Rank(), comm.Size()}, nil
}

type link struct {
	comm       *mpi.Comm
	rank, size int
}

func (l *link) Rank() int { return l.rank }
func (l *link) Size() int { return l.size }
func (l *link) Close()    { mpi.Finalize() }

// Exchange implements ranks.Comm. In each round every rank is paired with one other (or with itself,
// and rests). The lower rank of a pair sends first, so that neither waits for the other's receipt.
func (l *link) Exchange(send, receive [][]byte) error {
	for round := range l.size {
		other := (round - l.rank + l.size) % l.size
		var err error
		switch {
		case other == l.rank:
			continue
		case l.rank < other:
			if err = l.send(other, send[other]); err == nil {
				err = l.receive(other, receive[other])
			}
		default:
			if err = l.receive(other, receive[other]); err == nil {
				err = l.send(other, send[other])
			}
		}
		if err != nil {
			return fmt.Errorf("mpi: rank %d with rank %d: %w", l.rank, other, err)
		}
	}
	return nil
}

// messageLimit is how many bytes go in one message: MPI counts them in a C int.
const messageLimit = 1 << 30

const tag = 0

func (l *link) send(to int, data []byte) error {
	return inPieces(data, func(piece []byte) error { return l.comm.SendU8(to, tag, piece) })
}

func (l *link) receive(from int, data []byte) error {
	return inPieces(data, func(piece []byte) error { return l.comm.RecvU8(from, tag, piece) })
}

// inPieces calls f with one part of the data after another. It does not call f if there is no data, which
// both sides know.
func inPieces(data []byte, f func(piece []byte) error) error {
	for len(data) > 0 {
		n := min(len(data), messageLimit)
		if err := f(data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
