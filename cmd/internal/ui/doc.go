// Package ui prints what the verbs report, for people and for scripts: runs, grids, tables, output
// files, errors and exit codes. It parses no flags and trains nothing.
package ui
