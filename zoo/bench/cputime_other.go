//go:build !unix

package bench

import "time"

// CPUTime is not known on this system.
func CPUTime() time.Duration { return 0 }
