// Package pass has the code that the passes over all sources share.
package pass
