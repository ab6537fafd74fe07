// Package cmd is the command zoo: the verbs, one file each, and the program that runs one of them.
// Flags that verbs share are in internal/flags, what they print with in internal/ui, the benchmarks
// in internal/bench. Nothing is computed here.
//
// Figures go to standard output, everything else to standard error. The exit code is 0 if all
// went well, 1 if a run failed or was interrupted, 2 if the command line is wrong.
package cmd
