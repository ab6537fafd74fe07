// Package kernel holds the inner loops that operations and solvers share: matrix products, rows of
// Adam and Adagrad, and small vector functions, on float32 slices.
//
// Work is shared out between cores in tiles whose bounds depend on the size of the work only, and
// every sum is taken in a fixed order. So results have the same bits at any GOMAXPROCS.
//
// Slices that are too short panic, as an index out of range does.
package kernel
