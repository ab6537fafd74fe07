// Command zoo trains click-through-rate models.
//
//	zoo train                      # a synthetic log, DNN, AdamAR
//	zoo train --solver adam,adamar # the one-epoch collapse, and its cure
//	zoo help                       # all verbs
//
// Figures go to standard output, everything else to standard error. The exit code is 0 if all
// went well, 1 if a run failed or was interrupted, 2 if the command line is wrong.
package main

import "github.com/ctrzoo/ctrzoo/cmd"

func main() { cmd.Main(cmd.Zoo{}) }
