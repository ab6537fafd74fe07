//go:build !linux

package serve

// inBackground runs f. Here a thread cannot have a priority of its own.
func inBackground(f func()) { f() }
