//go:build !mpi

package mpi

import "fmt"

// Connect returns nil for a process that was started alone, and in this build an error that wraps
// ErrNotBuilt for one of several.
func Connect() (Link, error) {
	if n := Size(); n > 1 {
		return nil, fmt.Errorf("rank %d of %d: %w", Rank(), n, ErrNotBuilt)
	}
	return nil, nil
}
