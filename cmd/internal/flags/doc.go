// Package flags holds the flags that several verbs share, and what they mean: a model, a solver, the
// data, checkpoints, a file of flags. What a verb does with them is in package cmd.
package flags
