// Package cores shares work out to all cores. What the work is it does not know.
package cores
