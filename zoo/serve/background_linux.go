package serve

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// inBackground runs f on a thread of its own, of low priority, so that requests come first. The thread ends with it.
func inBackground(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()                                     // and never unlock it
		_ = unix.Setpriority(unix.PRIO_PROCESS, unix.Gettid(), 10) // if it is refused, f runs as others do
		f()
	}()
	<-done
}
