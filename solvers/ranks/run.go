package ranks

import (
	"errors"
	"sync"
)

// ErrEnded is the error of Exchange, among ranks that Run has started, if another rank has ended with an error.
var ErrEnded = errors.New("ranks: another rank has ended")

// Run starts a job of size ranks within this process, each a goroutine that calls f, and returns when all have ended. If one of them
// returns an error or panics, the next Exchange of the others fails with ErrEnded, so that nobody waits for ever. Run returns the error of
// the rank that failed first, as it is; the panic becomes one of the caller.
func Run(size int, f func(Comm) error) error {
	ended := make(chan struct{})
	var once sync.Once
	var first error
	var panicked any
	var all sync.WaitGroup
	for _, comm := range connect(size, ended) {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					once.Do(func() { panicked = p; close(ended) })
				}
			}()
			if err := f(comm); err != nil {
				once.Do(func() { first = err; close(ended) })
			}
		})
	}
	all.Wait()
	if panicked != nil {
		panic(panicked)
	}
	return first
}
