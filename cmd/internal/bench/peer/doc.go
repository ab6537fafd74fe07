// Package peer holds the verbs of bench that compare with PyTorch and ONNX Runtime, their flags and printing, and the scripts that
// those run.
package peer
