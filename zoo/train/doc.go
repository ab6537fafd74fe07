// Package train trains models: a run, its loop, its ranks, its checkpoints and its diagnostics. Models are in package zoo,
// solvers in package solvers.
//
//	result, err := train.Train(ctx, train.Run{Model: zoo.DNN{}, Solver: solver, Train: set.Train, Test: set.Test})
//
// The loop is plain Gorgonia, and can be written by hand:
//
//	network.Load(batch)
//	network.RunAll()
//	solver.Step(gorgonia.NodesToValueGrads(network.Learnables()))
//
// Everything random comes from the seed of the run: the same seed gives the same bytes, on any number of cores.
package train
