// Package verify runs an exported model in the runtime of somebody else, and compares what it predicts with what this module
// does. It exports nothing itself.
//
// The runtime is ONNX Runtime, by the package onnxruntime-node for Node.js.
package verify
