// Package onnx writes trained models as ONNX, for the runtimes of others. It runs none of them: package verify, beside it,
// does.
//
// Export walks the expression graph of a model, operation by operation, and each one says what it is in ONNX (see
// graph.Form). So it knows no model, and a model of one's own is exported like those of the zoo.
//
// The file has opset 17 and IR version 8. Its inputs are named after the fields, its outputs are logit and probability,
// (N, 1) for a batch of any size N. Weights are written from where they are in memory; those of more than 64 MB go to
// a file beside the model, so that no message ever has the size of a table.
package onnx
