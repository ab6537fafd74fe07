// Package bench measures the speed of training steps, predictions and parallel jobs, on random batches. It reads no data
// and prints nothing.
package bench
