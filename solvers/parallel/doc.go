// Package parallel trains with the ranks of a job: every rank has all weights, or a share of the rows of
// each table, and computes the gradients of its share of each batch; a Solver brings them together and
// takes the step of the solver that it wraps. The connection between the ranks is in package ranks.
package parallel
