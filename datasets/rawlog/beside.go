package rawlog

import "io"

// The blocks in which a beside reads ahead, and how many there are of them.
const (
	besideBytes  = 1 << 18
	besideBlocks = 4
)

// beside reads ahead on a goroutine of its own, so that a file is unpacked and hashed beside what is done with its content.
type beside struct {
	full  chan []byte
	free  chan []byte
	stop  chan struct{}
	err   error  // which ended the reading; valid once full is closed
	block []byte // that is given out, and
	rest  []byte // what is left of it
}

// readBeside begins to read. close must be called before anybody else uses what r reads.
func readBeside(r io.Reader) *beside {
	b := &beside{full: make(chan []byte, besideBlocks), free: make(chan []byte, besideBlocks), stop: make(chan struct{})}
	for range besideBlocks {
		b.free <- make([]byte, besideBytes)
	}
	go b.run(r)
	return b
}

func (b *beside) run(r io.Reader) {
	defer close(b.full)
	for b.err == nil {
		select {
		case block := <-b.free:
			n := 0
			for n < len(block) && b.err == nil {
				var more int
				more, b.err = r.Read(block[n:])
				n += more
			}
			b.full <- block[:n]
		case <-b.stop:
			return
		}
	}
}

// Read implements io.Reader.
func (b *beside) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.block != nil {
			b.free <- b.block[:besideBytes]
		}
		block, more := <-b.full
		if b.block, b.rest = block, block; !more {
			return 0, b.err
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// close ends the reading, and waits for its end.
func (b *beside) close() {
	close(b.stop)
	for range b.full {
	}
}
