// Package cmd holds the verbs of the command zoo, one file each, and the program that runs them; what
// they compute is in the packages zoo, solvers and datasets. The flags that verbs share are in
// internal/flags, what they print with is in internal/ui, and the verb bench is in internal/bench.
//
// Figures go to standard output, everything else to standard error. The exit code is 0 if all
// went well, 1 if a run failed or was interrupted, 2 if the command line is wrong.
package cmd
