// Package serving measures the speed of a server of predictions: it asks one over loopback by every protocol, and compares it with
// a handler that only reads and writes, and with the predictor alone. It prints nothing.
package serving
