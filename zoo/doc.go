// Package zoo names the models and runs the loops: it trains, evaluates and predicts.
//
// A Model is a struct of hyper-parameters, whose zero fields mean documented defaults, with one
// method that builds its logit. Train runs it over a datasets.Source with any gorgonia.Solver:
//
//	history, err := zoo.Train(ctx, zoo.Run{Model: zoo.DNN{}, Solver: solver, Train: train, Test: test})
//
// The loop is plain Gorgonia, and can be written by hand:
//
//	network.Load(batch)
//	network.RunAll()
//	solver.Step(gorgonia.NodesToValueGrads(network.Learnables()))
//
// Everything random comes from the seed of the run: the same seed gives the same bytes, whatever
// the number of cores.
package zoo
