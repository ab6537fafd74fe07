package ranks

import "fmt"

// Alone connects a process that has no other ranks: it is the one rank of a job of size 1.
func Alone() Comm { return Local(1)[0] }

// Local connects size ranks within this process, each of which is a goroutine. See Run, which also ends them all when one of them
// ends early.
func Local(size int) []Comm { return connect(size, nil) }

// connect connects size ranks until somebody closes a channel.
func connect(size int, ended <-chan struct{}) []Comm {
	pipes, taken := channels[[]byte](size), channels[struct{}](size)
	comms := make([]Comm, size)
	for rank := range comms {
		comms[rank] = &local{rank, pipes, taken, ended}
	}
	return comms
}

// channels makes a channel from every rank to every other.
func channels[T any](size int) [][]chan T {
	all := make([][]chan T, size)
	for from := range all {
		all[from] = make([]chan T, size)
		for to := range all[from] {
			all[from][to] = make(chan T, 1)
		}
	}
	return all
}

// local is a rank of this process.
type local struct {
	rank  int
	pipes [][]chan []byte   // from a rank to a rank
	taken [][]chan struct{} // from a rank to the one whose bytes it has copied
	ended <-chan struct{}   // closed when a rank does not go on
}

func (c *local) Rank() int { return c.rank }
func (c *local) Size() int { return len(c.pipes) }

// Exchange implements Comm. It returns when the others have copied what this rank sent.
func (c *local) Exchange(send, receive [][]byte) error {
	for r := range c.pipes {
		if r != c.rank && !put(c.pipes[c.rank][r], send[r], c.ended) {
			return ErrEnded
		}
	}
	var err error
	for r := range c.pipes {
		if r == c.rank {
			continue
		}
		data, is := get(c.pipes[r][c.rank], c.ended)
		if !is {
			return ErrEnded
		}
		if copy(receive[r], data); len(data) != len(receive[r]) {
			err = fmt.Errorf("ranks: rank %d sent %d bytes to rank %d, which wanted %d", r, len(data), c.rank, len(receive[r]))
		}
		if !put(c.taken[c.rank][r], struct{}{}, c.ended) {
			return ErrEnded
		}
	}
	for r := range c.pipes {
		if r == c.rank {
			continue
		}
		if _, is := get(c.taken[r][c.rank], c.ended); !is {
			return ErrEnded
		}
	}
	return err
}

// put and get move a value, unless a channel is closed meanwhile.
func put[T any](to chan<- T, value T, ended <-chan struct{}) bool {
	select {
	case to <- value:
		return true
	case <-ended:
		return false
	}
}

func get[T any](from <-chan T, ended <-chan struct{}) (value T, is bool) {
	select {
	case value = <-from:
		return value, true
	case <-ended:
		return value, false
	}
}
