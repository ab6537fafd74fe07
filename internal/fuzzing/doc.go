// Package fuzzing runs the fuzz targets of the module many times within one process. The targets themselves are in
// the tests of their packages.
//
// Go's fuzzer compares the coverage of every execution and sends every input to another process; ten million executions
// take it hours. Here an execution costs a mutation and the target, so ten million take minutes. What is lost: coverage
// is that of statements, not of edges, and inputs are not made smaller.
package fuzzing
