// Package schedule gives the share of its learning rate that a solver takes at each step of a run. It changes no weights:
// package train asks it before a step, and hands the share to a solvers.RateScaler.
//
// A schedule is a function of the step, and for Plateau of the evaluations so far. It has no state, so that a run that was
// interrupted needs nothing but its position and its history to go on with the same bits.
package schedule
