// Package zoo holds the models: what a model is, the models of the zoo, their hyper-parameters and the catalog, and
// the Network that a model is compiled to. It runs no loop: the packages below it train, save, predict and measure.
//
// A Model is a struct of hyper-parameters, whose zero fields mean their documented defaults, with one method that
// builds its logit. The tags of its fields give default, range and help; flags, grids, tables and checkpoints are
// derived from them.
//
//	type DNN struct {
//		EmbeddingDim int   `default:"16" range:"[1, inf)" help:"values in an embedding"`
//		HiddenUnits  []int `default:"128,64" range:"[1, inf)" help:"units of each hidden layer"`
//	}
//
// The packages below:
//
//	metrics     judge predictions: AUC, log loss, calibration, and figures by epoch
//	checkpoint  keeps runs on disk
//	predict     loads a trained model and predicts
//	train       trains a model with a solver
//	bench       measures speed
//	export      writes models for other programs
//	statedict   brings weights of PyTorch in
//	experiment  runs grids and writes reports
package zoo
