// Package flags holds the flags that several verbs share, and checks them: those of a model, a solver,
// the data, checkpoints, and a file of flags. What a verb does with them is in package cmd.
package flags
