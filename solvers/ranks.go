package solvers

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// Ranks is what the ranks of a job do together, over a Comm. Like Exchange, every operation is
// collective. Buffers are kept, so that a repeated operation allocates nothing; results are valid until
// the next operation.
type Ranks struct {
	Comm
	send, receive [][]byte
	gathered      [][]byte
	lengths       []uint64
	numbers       []float64
	partial       []float32
}

// NewRanks makes the operations of a Comm.
func NewRanks(c Comm) *Ranks {
	n := c.Size()
	return &Ranks{
		Comm: c, send: make([][]byte, n), receive: make([][]byte, n), gathered: make([][]byte, n),
		lengths: make([]uint64, n),
	}
}

// share sends the same bytes to all ranks and fills receive[r] with those of rank r, also its own.
func (r *Ranks) share(data []byte, receive [][]byte) error {
	for i := range r.send {
		r.send[i] = data
	}
	copy(receive[r.Rank()], data)
	return r.Exchange(r.send, receive)
}

// GatherNumbers gives every rank the numbers of all: those of rank i are x[i*n:(i+1)*n] of the result.
// n must be the same on every rank.
func (r *Ranks) GatherNumbers(x []float64) ([]float64, error) {
	n := len(x)
	r.numbers = resized(r.numbers, n*r.Size())
	for i := range r.receive {
		r.receive[i] = offheap.Bytes(r.numbers[i*n : (i+1)*n])
	}
	return r.numbers, r.share(offheap.Bytes(x), r.receive)
}

// Gather gives every rank the bytes of all, in the order of the ranks; they may differ in length.
func (r *Ranks) Gather(data []byte) ([][]byte, error) {
	length := [1]uint64{uint64(len(data))}
	for i := range r.receive {
		r.receive[i] = offheap.Bytes(r.lengths[i : i+1])
	}
	if err := r.share(offheap.Bytes(length[:]), r.receive); err != nil {
		return nil, err
	}
	for i, n := range r.lengths {
		r.gathered[i] = resized(r.gathered[i], int(n))
	}
	return r.gathered, r.share(data, r.gathered)
}

// Collect gives rank 0 the pieces of all ranks. Every rank gives its own in pieces[Rank]; the other pieces
// have the lengths that those of the other ranks have, and are filled on rank 0.
func (r *Ranks) Collect(pieces [][]byte) error {
	for i := range pieces {
		r.send[i], r.receive[i] = nil, nil
		if r.Rank() == 0 {
			r.receive[i] = pieces[i]
		}
	}
	if r.Rank() > 0 {
		r.send[0] = pieces[r.Rank()]
	}
	return r.Exchange(r.send, r.receive)
}

// Sum replaces x, which has the same length on every rank, by the sum over all ranks. Each rank sums a
// piece, in the order of the ranks, and then gives it to the others.
func (r *Ranks) Sum(x []float32) error {
	size, own := r.Size(), r.Rank()
	if size == 1 {
		return nil
	}
	piece := func(i int) []float32 { return x[len(x)*i/size : len(x)*(i+1)/size] }
	n := len(piece(own))
	r.partial = resized(r.partial, n*size)
	for i := range size {
		r.send[i] = offheap.Bytes(piece(i))
		r.receive[i] = offheap.Bytes(r.partial[i*n : (i+1)*n])
	}
	if err := r.Exchange(r.send, r.receive); err != nil {
		return err
	}
	copy(r.partial[own*n:(own+1)*n], piece(own))
	sum := piece(own)
	copy(sum, r.partial[:n])
	for i := 1; i < size; i++ {
		kernel.Add(sum, r.partial[i*n:(i+1)*n])
	}
	for i := range size {
		r.receive[i] = offheap.Bytes(piece(i))
	}
	return r.share(offheap.Bytes(sum), r.receive)
}

// RankError is an error that all ranks know of, so that one of them can tell it and all end.
type RankError struct {
	Rank int   // on which it happened; -1: on all
	Err  error // if it happened on one rank, the others know only its text
}

func (e *RankError) Error() string {
	if e.Rank < 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("rank %d: %v", e.Rank, e.Err)
}

func (e *RankError) Unwrap() error { return e.Err }

// Agree gives every rank the error of the first rank that has one, as a *RankError; nil if none has. In a
// job of one rank it is the error itself.
func (r *Ranks) Agree(err error) error {
	if r.Size() == 1 {
		return err
	}
	var text []byte
	if err != nil {
		text = fmt.Append(nil, "!", err)
	}
	texts, failure := r.Gather(text)
	if failure != nil {
		return errors.Join(failure, err)
	}
	first := slices.IndexFunc(texts, func(t []byte) bool { return len(t) > 0 })
	switch {
	case first < 0:
		return nil
	case !slices.ContainsFunc(texts, func(t []byte) bool { return string(t) != string(texts[first]) }):
		return &RankError{-1, err}
	case first == r.Rank():
		return &RankError{first, err}
	}
	return &RankError{first, errors.New(string(texts[first][1:]))}
}

// resized is a slice of n elements, in the same memory if it is large enough.
func resized[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n, n+n/4)
	}
	return x[:n]
}
