// Package kernel holds the inner loops that operations and solvers share: matrix products, rows of
// Adam and Adagrad, and small vector functions, on float32 slices.
//
// Cores share work in tiles whose bounds depend on the size of the work only, and every sum has a fixed
// order. So results have the same bits at any GOMAXPROCS.
//
// A function panics if a slice is too short, as an index out of range does.
package kernel
