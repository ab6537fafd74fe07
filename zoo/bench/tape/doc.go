// Package tape writes down what another program needs to do the same as ours: weights, samples, and what we predict of them. It
// starts no program and prints nothing.
package tape
