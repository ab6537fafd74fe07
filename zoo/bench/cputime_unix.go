//go:build unix

package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime is what the program has used so far, over all threads; 0 where that is not known.
func CPUTime() time.Duration {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
