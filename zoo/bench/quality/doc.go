// Package quality measures how much time training takes to a given AUC, and gives another program all that it needs to make
// the same run: the same initial weights, and the same samples in the same order. It starts no program and prints nothing.
package quality
