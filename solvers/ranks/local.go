package ranks

import "fmt"

// Alone connects a process that has no other ranks: it is the one rank of a job of size 1.
func Alone() Comm { return Local(1)[0] }

// Local connects size ranks within this process, each of which is a goroutine. They share the cores of
// the process, so more than one rank is for trying a parallel job out rather than for speed.
func Local(size int) []Comm {
	pipes, taken := channels[[]byte](size), channels[struct{}](size)
	comms := make([]Comm, size)
	for rank := range comms {
		comms[rank] = &local{rank, pipes, taken}
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
}

func (c *local) Rank() int { return c.rank }
func (c *local) Size() int { return len(c.pipes) }

// Exchange implements Comm. It returns when the others have copied what this rank sent.
func (c *local) Exchange(send, receive [][]byte) error {
	for r := range c.pipes {
		if r != c.rank {
			c.pipes[c.rank][r] <- send[r]
		}
	}
	var err error
	for r := range c.pipes {
		if r == c.rank {
			continue
		}
		data := <-c.pipes[r][c.rank]
		if copy(receive[r], data); len(data) != len(receive[r]) {
			err = fmt.Errorf("ranks: rank %d sent %d bytes to rank %d, which wanted %d", r, len(data), c.rank, len(receive[r]))
		}
		c.taken[c.rank][r] <- struct{}{}
	}
	for r := range c.pipes {
		if r != c.rank {
			<-c.taken[r][c.rank]
		}
	}
	return err
}
