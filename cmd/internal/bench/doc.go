// Package bench holds the verb bench of the command: the flags and the printing of the benchmarks. What
// they measure is in package zoo.
package bench
