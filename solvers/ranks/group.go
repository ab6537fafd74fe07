package ranks

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
)

// Group is what the ranks of a job do together, over a Comm. Like Exchange, every operation is
// collective. A Group keeps its buffers, so that a repeated operation allocates nothing; results are
// valid until the next operation.
type Group struct {
	Comm
	send, receive [][]byte
	gathered      [][]byte
	lengths       []uint64
	numbers       []float64
	partial       []float32
}

// NewGroup returns the group of all ranks that a Comm connects.
func NewGroup(c Comm) *Group {
	n := c.Size()
	return &Group{
		Comm: c, send: make([][]byte, n), receive: make([][]byte, n), gathered: make([][]byte, n),
		lengths: make([]uint64, n),
	}
}

// Share sends the same bytes to all ranks, and fills receive[r], which must have the length of what rank r
// shares, with the bytes of rank r, this one too.
func (g *Group) Share(data []byte, receive [][]byte) error {
	for i := range g.send {
		g.send[i] = data
	}
	copy(receive[g.Rank()], data)
	return g.Exchange(g.send, receive)
}

// GatherNumbers returns on every rank the numbers of all: for x of n numbers, those of rank i are
// elements [i*n, (i+1)*n) of the result. n must be the same on every rank.
func (g *Group) GatherNumbers(x []float64) ([]float64, error) {
	n := len(x)
	g.numbers = resized(g.numbers, n*g.Size())
	for i := range g.receive {
		g.receive[i] = offheap.Bytes(g.numbers[i*n : (i+1)*n])
	}
	return g.numbers, g.Share(offheap.Bytes(x), g.receive)
}

// Gather returns on every rank the bytes of all, in the order of the ranks; they may differ in length.
func (g *Group) Gather(data []byte) ([][]byte, error) {
	length := [1]uint64{uint64(len(data))}
	for i := range g.receive {
		g.receive[i] = offheap.Bytes(g.lengths[i : i+1])
	}
	if err := g.Share(offheap.Bytes(length[:]), g.receive); err != nil {
		return nil, err
	}
	for i, n := range g.lengths {
		g.gathered[i] = resized(g.gathered[i], int(n))
	}
	return g.gathered, g.Share(data, g.gathered)
}

// Collect sends the pieces of all ranks to rank 0. Every rank has its own in pieces[Rank]; the other
// pieces have the lengths that those of the other ranks have, and rank 0 fills its own with them.
func (g *Group) Collect(pieces [][]byte) error {
	for i := range pieces {
		g.send[i], g.receive[i] = nil, nil
		if g.Rank() == 0 {
			g.receive[i] = pieces[i]
		}
	}
	if g.Rank() > 0 {
		g.send[0] = pieces[g.Rank()]
	}
	return g.Exchange(g.send, g.receive)
}

// Sum replaces x, which has the same length on every rank, by the sum over all ranks. Each rank sums a
// piece, in the order of the ranks, and then sends it to the others.
func (g *Group) Sum(x []float32) error {
	size, own := g.Size(), g.Rank()
	if size == 1 {
		return nil
	}
	piece := func(i int) []float32 { return x[len(x)*i/size : len(x)*(i+1)/size] }
	n := len(piece(own))
	g.partial = resized(g.partial, n*size)
	for i := range size {
		g.send[i] = offheap.Bytes(piece(i))
		g.receive[i] = offheap.Bytes(g.partial[i*n : (i+1)*n])
	}
	if err := g.Exchange(g.send, g.receive); err != nil {
		return err
	}
	copy(g.partial[own*n:(own+1)*n], piece(own))
	sum := piece(own)
	copy(sum, g.partial[:n])
	for i := 1; i < size; i++ {
		kernel.Add(sum, g.partial[i*n:(i+1)*n])
	}
	for i := range size {
		g.receive[i] = offheap.Bytes(piece(i))
	}
	return g.Share(offheap.Bytes(sum), g.receive)
}

// Error is an error that all ranks know of, so that one of them can report it and all end.
type Error struct {
	Rank int   // the rank on which it happened; -1: all of them
	Err  error // if it happened on one rank, the others know only its text
}

func (e *Error) Error() string {
	if e.Rank < 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("rank %d: %v", e.Rank, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Agree returns on every rank the error of the first rank that has one, as an *Error; nil if none has.
// In a job of one rank it returns the error itself.
func (g *Group) Agree(err error) error {
	if g.Size() == 1 {
		return err
	}
	var text []byte
	if err != nil {
		text = fmt.Append(nil, "!", err)
	}
	texts, failure := g.Gather(text)
	if failure != nil {
		return errors.Join(failure, err)
	}
	first := slices.IndexFunc(texts, func(t []byte) bool { return len(t) > 0 })
	switch {
	case first < 0:
		return nil
	case !slices.ContainsFunc(texts, func(t []byte) bool { return string(t) != string(texts[first]) }):
		return &Error{-1, err}
	case first == g.Rank():
		return &Error{first, err}
	}
	return &Error{first, errors.New(string(texts[first][1:]))}
}

// resized returns a slice of n elements, in the memory of x if that is large enough.
func resized[T any](x []T, n int) []T { return slices.Grow(x[:0], n)[:n] }
