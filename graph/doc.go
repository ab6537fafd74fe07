// Package graph makes the nodes of click-through-rate models as Gorgonia expression graphs.
//
// A Builder names nodes by scope, keeps the first error, and takes every weight from a Weights,
// which any number of graphs may share. An embedding is a Table: an ordinary Gorgonia input node
// whose Lookup has a row-sparse symbolic gradient, a RowGrad, so that the cost of a training step
// does not grow with the rows of the table. A Machine runs the compiled graph.
//
// The blocks (Linear, MLP, LogLoss, Dropout and the rest) are operations of our own where
// Gorgonia's are slow or wrong. A graph may mix them with plain Gorgonia nodes, and runs under
// gorgonia.NewTapeMachine too, with the same numbers.
//
// A node that is nil is misuse, on which a block panics as those of Gorgonia do: a block that failed has returned an error with
// it. The methods of a Builder keep that error, and build nothing after it.
//
// Every operation here works on float32 and owns its output: the value of a node stays valid
// until the next run of its graph, unless its machine is of NewSharingMachine. An operation
// therefore serves one machine at a time; to run a model in several goroutines, build one graph
// for each over the same Weights.
package graph
