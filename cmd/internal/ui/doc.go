// Package ui holds what the verbs of the command show to people and to scripts: reporters of runs,
// tables and output files, errors of the command line and exit codes. It parses no flags and runs
// nothing.
package ui
