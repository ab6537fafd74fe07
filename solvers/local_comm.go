package solvers

import "fmt"

// LocalComms returns size ranks within one process, for tests and examples. Each is for a goroutine
// of its own.
func LocalComms(size int) []Comm {
	pipes, taken := channels[[]byte](size), channels[struct{}](size)
	comms := make([]Comm, size)
	for rank := range comms {
		comms[rank] = &localComm{rank, pipes, taken}
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

type localComm struct {
	rank  int
	pipes [][]chan []byte   // from a rank to a rank
	taken [][]chan struct{} // from a rank to the one whose bytes it has copied
}

func (c *localComm) Rank() int { return c.rank }
func (c *localComm) Size() int { return len(c.pipes) }

// Exchange implements Comm. It returns when the others have copied what was sent.
func (c *localComm) Exchange(send, receive [][]byte) error {
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
			err = fmt.Errorf("solvers: rank %d sent %d bytes to rank %d, which wanted %d", r, len(data), c.rank, len(receive[r]))
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
