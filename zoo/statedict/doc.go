// Package statedict brings weights that were trained in PyTorch into models of the zoo. It reads safetensors and npz files and
// knows nothing of Python: torch.load is not needed, and nothing of a file is run.
//
// A Mapping says which tensor is which weight. Those of models of FuxiCTR come with the package.
package statedict
