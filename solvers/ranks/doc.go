// Package ranks connects the processes of a parallel job, which are called its ranks: what moves bytes
// between them (Comm), and what a job does with it (Group). It knows nothing of gradients; package
// parallel trains with it.
//
// Local connects ranks that are goroutines of one process, Alone a process that has no other ranks, and
// package mpi processes that mpirun has started, on one machine or on many.
package ranks
