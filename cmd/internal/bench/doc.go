// Package bench holds the verb bench, its flags and its printing; what it measures is in package zoo/bench.
package bench
