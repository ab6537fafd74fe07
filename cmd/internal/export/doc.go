// Package export holds the verbs that take a model out of the zoo and bring one in: export, import, and verify onnx. It only
// parses flags and prints.
package export
